import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Platform } from '../platform.js';
import { ALLOW, CAP, PolicyFolder, tokenOf } from './policy-folder.js';

const SUITE = `apiVersion: agion/v1
kind: PolicyTests
tests:
  - { name: small mails go out, input: { agent: 'cli:a', action: send_email, context: { amount: 5 } }, expect: allow }
  - { name: nothing else does, input: { agent: 'cli:a', action: drop_table }, expect: deny }
`;
/** Discard: nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let opened: PolicyFolder;
let platform: Platform;
let folder: string;
const file: PolicyFolder['file'] = (name, text) => opened.file(name, text);
const policy: PolicyFolder['policy'] = (args, env) => opened.policy(args, env);

beforeAll(async () => {
  opened = await PolicyFolder.open();
  platform = opened.platform;
  folder = opened.path;
}, 60_000);
afterAll(() => opened?.close());

describe('agion policy validate', () => {
  it('says of each file what is wrong where, and needs no platform', async () => {
    const broken = file(
      'broken/bad.yaml',
      CAP.replace('effect: deny', 'effect: forbid').replace('amount > 500', 'amount >'),
    );
    file('broken/half.yaml', 'kind: [');
    file('broken/fails.yaml', CAP.replace('cli_cap', 'cli_other').replace('expect: deny', 'expect: allow'));
    file('broken/twice.yaml', CAP.replace('cli_cap', 'cli_other'));
    file('broken/word.yaml', CAP.replace('cli_cap', 'simulate'));
    file('broken/several.yaml', `${CAP}---\n${CAP.replace('cli_cap', 'cli_second')}`);
    file('broken/nothing.yaml', '# nothing yet');
    const { status, out } = await policy(['validate', path.join(folder, 'broken')], {
      AGION_GATEWAY_URL: NOWHERE,
    });
    expect(status).toBe(1);
    expect(out).toContain(`${broken}:7:11 /spec/effect must be one of`);
    expect(out).toMatch(/bad\.yaml:6:\d+ \/spec\/condition /);
    expect(out).toMatch(/half\.yaml:\d+:\d+ \/ .*YAML/);
    expect(out).toMatch(/fails\.yaml:10:\d+ \/spec\/tests\/0\/expect the policy by itself says `deny`/);
    expect(out).toMatch(/twice\.yaml:3:\d+ \/metadata\/id `cli_other` is in .*fails\.yaml already/);
    expect(out).toMatch(/word\.yaml:3:17 \/metadata\/id `simulate` is a reserved word/);
    expect(out).toMatch(/nothing\.yaml:1:1 \/ there is no document in it/);
    expect(out).toMatch(/several\.yaml:11:1 \/ the file is not acceptable YAML: it holds more than one document/);
    expect(out.trimEnd()).toMatch(/7 files, 7 with faults$/);
  });

  it('tells the same as JSON', async () => {
    const { status, out } = await policy(['validate', '-o', 'json', path.join(folder, 'broken')]);
    expect(status).toBe(1);
    const told = JSON.parse(out) as { ok: boolean; files: { path: string; faults: object[] }[] };
    expect(told.ok).toBe(false);
    expect(told.files).toHaveLength(7);
    expect(told.files[0]?.faults).toContainEqual({
      pointer: '/spec/effect',
      line: 7,
      column: 11,
      detail: expect.any(String),
    });
  });

  it('takes JSON as large as the platform does', async () => {
    const tests = Array.from({ length: 100 }, (_, at) => ({ name: `t${at}`, input: { context: { text: 'x'.repeat(700) } }, expect: 'allow' })); // prettier-ignore
    const spec = { scope: { agents: ['*'], actions: ['a'] }, effect: 'allow', tests };
    const large = file('large/large.json', JSON.stringify({ apiVersion: 'agion/v1', kind: 'Policy', metadata: { id: 'large' }, spec })); // prettier-ignore
    expect(await policy(['validate', large])).toMatchObject({ status: 0 });
  });

  it('does not pass over a link to a folder in silence', async () => {
    file('linked/own.yaml', CAP.replace('cli_cap', 'cli_own'));
    symlinkSync(path.join(folder, 'large'), path.join(folder, 'linked', 'others'));
    expect(await policy(['validate', path.join(folder, 'linked')])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/`.*others` is a link to a folder/),
    });
  });

  it.each([['diff'], ['apply'], ['simulate']])('tells the same as JSON when %s cannot begin', async (command) => {
    const { status, out } = await policy([command, '-o', 'json', path.join(folder, 'broken')]);
    expect([status, JSON.parse(out)]).toMatchObject([1, { ok: false, files: { length: 7 } }]);
  });

  it.each([
    [['validate'], 2],
    [['validate', '--output', 'xml', '.'], 2],
    [['validate', '/nowhere'], 1],
    [['nonsense'], 2],
  ])('ends %p with %p', async (args, status) => {
    expect((await policy(args)).status).toBe(status);
  });
});

describe('policies in a folder', () => {
  let mail: string;
  beforeAll(() => {
    mail = path.join(folder, 'mail');
    file('mail/cap.yaml', CAP);
    file('mail/allow.json', ALLOW);
    file('mail/suite.yml', SUITE);
  });

  it('are tested by themselves and together', async () => {
    const { status, out } = await policy(['test', mail]);
    expect([status, out.trimEnd().split('\n').at(-1)]).toEqual([0, '3 passed, 0 failed']);
    file('mail/suite.yml', SUITE.replace('amount: 5 ', 'amount: 5000 '));
    const failed = await policy(['test', mail, '-o', 'json']);
    file('mail/suite.yml', SUITE);
    expect(failed.status).toBe(1);
    expect((JSON.parse(failed.out) as { results: object[] }).results).toContainEqual({
      path: path.join(mail, 'suite.yml'),
      name: 'small mails go out',
      passed: false,
      expected: 'allow',
      decision: 'deny',
      reason: 'too much',
    });
  });

  it('take no test for passed that expects nothing', async () => {
    const asking = file('asking/suite.yaml', SUITE.replace(', expect: allow', ''));
    const { status, out } = await policy(['test', asking]);
    expect([status, out.trimEnd().split('\n').at(-1)]).toEqual([0, '1 passed, 0 failed, 1 without `expect`']);
  });

  it('are compared, applied once, and then as they should be', async () => {
    const before = await policy(['diff', mail]);
    expect(before.status).toBe(1);
    expect(before.out).toMatch(/^\+ cli_allow\n\+ cli_cap\n2 to change, 0 as they are\n$/);
    expect((await policy(['apply', '--dry-run', mail])).out).toContain('nothing was changed');
    expect(await policy(['apply', mail])).toMatchObject({ status: 0, out: expect.stringContaining('2 changes made') });
    expect(await policy(['diff', mail])).toMatchObject({ status: 0, out: '0 to change, 2 as they are\n' });
    expect((await policy(['apply', mail])).out).toContain('0 changes made');
    const { body } = await platform.call('GET', '/api/v1/policies/cli_cap/versions', { token: opened.token });
    expect((body as { items: object[] }).items).toHaveLength(1);
  });

  it('are tested against what is in force', async () => {
    expect(await policy(['test', '--against', 'active', mail])).toMatchObject({ status: 0 });
  });

  it('get a next version, in force or not', async () => {
    file('mail/cap.yaml', CAP.replace('> 500', '> 300'));
    const { out } = await policy(['diff', mail]);
    expect(out).toContain(
      '~ cli_cap (version 1)\n    /spec/condition: "context.amount > 500" → "context.amount > 300"',
    );
    expect((await policy(['apply', '--no-activate', mail])).out).toContain('1 change made');
    expect((await policy(['apply', '--no-activate', mail])).out).toContain('0 changes made');
    expect(await policy(['diff', '--newest', mail])).toMatchObject({ status: 0 });
    expect(await policy(['diff', mail])).toMatchObject({ status: 1 });
    expect((await policy(['apply', mail, '-o', 'json'])).status).toBe(0);
    expect(await policy(['diff', mail])).toMatchObject({ status: 0 });
  });

  it('that are new and only to be kept are not in force until somebody activates them', async () => {
    const kept = file('kept/cap.yaml', CAP.replaceAll('cli_cap', 'cli_kept').replaceAll('cli:*', 'cli_kept:*'));
    expect(await policy(['apply', '--no-activate', kept])).toMatchObject({ status: 0 });
    const read = async (): Promise<unknown> =>
      (await platform.call('GET', '/api/v1/policies/cli_kept', { token: opened.token })).body;
    expect(await read()).toMatchObject({ version: 1, spec: { status: 'draft' } });
    expect((await policy(['apply', '--no-activate', kept])).out).toContain('0 changes made');
    const path = '/api/v1/policies/cli_kept/versions/2/activate';
    expect(await platform.call('POST', path, { token: opened.token })).toMatchObject({ status: 200 });
    expect(await read()).toMatchObject({ version: 2, spec: { status: 'active' } });
    expect(await policy(['diff', kept])).toMatchObject({ status: 0 });
  });

  it('that are in no file any more are archived when asked for by their labels, and only those', async () => {
    const alone = file('alone/allow.json', ALLOW);
    const { out } = await policy(['apply', alone, '--archive', 'team=mail']);
    expect(out).toContain('- cli_cap');
    const { body } = await platform.call('GET', '/api/v1/policies/cli_cap', { token: opened.token });
    expect(body).toMatchObject({ spec: { status: 'archived' } });
    expect(await policy(['diff', alone, '--archive', 'team=other'])).toMatchObject({ status: 0 });
    expect(await policy(['diff', alone, '--archive', 'nonsense'])).toMatchObject({ status: 2 });
  });

  it('are not applied at all when one of them is refused', async () => {
    file('refused/a_fine.yaml', CAP.replace('cli_cap', 'cli_fine'));
    file('refused/z_reserved.yaml', CAP.replace('cli_cap', 'validate'));
    const { status, err } = await policy(['apply', path.join(folder, 'refused')]);
    expect([status, err]).toEqual([1, expect.stringMatching(/z_reserved\.yaml:3:\d+ \/metadata\/id .*reserved/)]);
    expect(await platform.call('GET', '/api/v1/policies/cli_fine', { token: opened.token })).toMatchObject({
      status: 404,
    });
  });
});

describe('a platform that does not answer', () => {
  it.each([
    ['is not there', { AGION_GATEWAY_URL: NOWHERE }, /cannot be reached: /],
    ['does not know the token', { AGION_TOKEN: 'agion_svc_no' }, /401/],
  ])('ends a command with 3: it %s', async (_, env, says) => {
    const { status, err } = await policy(['diff', path.join(folder, 'mail')], env);
    expect([status, err]).toEqual([3, expect.stringMatching(says)]);
  });

  it('names what the token lacks', async () => {
    const token = await tokenOf(platform, { name: 'reader', role: 'viewer' });
    file('more/new.yaml', CAP.replace('cli_cap', 'cli_new'));
    const { status, err } = await policy(['apply', path.join(folder, 'more')], {
      AGION_TOKEN: token,
    });
    expect([status, err]).toEqual([3, expect.stringContaining('403')]);
  });
});
