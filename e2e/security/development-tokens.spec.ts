import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROLES, type Role } from '@agion/wire';
import { signPeopleTokens } from '../../tools/launcher/people-tokens.mjs';
import { type Platform, startPlatform } from '../platform.js';

/** The tokens `npm start` writes into dev.json. */
let platform: Platform;
let tokens: Partial<Record<Role, string>>;
beforeAll(async () => {
  platform = await startPlatform({ without: ['coordination', 'execution', 'governance'] });
  const { SUPABASE_JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = platform.env;
  tokens = await signPeopleTokens({ secret, issuer, audience });
}, 60_000);
afterAll(() => platform?.stop());

test.each<[Role, number[]]>([
  ['viewer', [200, 403, 403]],
  ['operator', [200, 201, 403]],
  ['admin', [200, 201, 200]],
])('that of the %s may do what that role may', async (role, expected) => {
  const token = tokens[role] ?? '';
  const body = { id: role, name: role, location: role, content: 'c' };
  const answers = [
    await platform.call('GET', '/api/v1/prompts', { token }),
    await platform.call('POST', '/api/v1/prompts', { token, body }),
    await platform.call('GET', '/metrics-debug', { token }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(expected);
});

test('there is one for each role', () => {
  expect(Object.keys(tokens)).toEqual([...ROLES]);
});
