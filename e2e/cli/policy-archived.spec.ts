import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CAP, PolicyFolder } from './policy-folder.js';

let opened: PolicyFolder;
const file: PolicyFolder['file'] = (name, text) => opened.file(name, text);
const policy: PolicyFolder['policy'] = (args, env) => opened.policy(args, env);
const kept = async (id: string): Promise<object> =>
  (await opened.platform.call('GET', `/api/v1/policies/${id}`, { token: opened.token })).body as object;

beforeAll(async () => {
  opened = await PolicyFolder.open();
}, 60_000);
afterAll(() => opened?.close());

const named = (id: string): string => CAP.replaceAll('cli_cap', id);
const archived = (id: string): string => named(id).replace('spec:\n', 'spec:\n  status: archived\n');

describe('a policy that is archived', () => {
  it('by its own file is archived with it, and is left alone from then on', async () => {
    const mine = file('mine.yaml', named('cli_mine'));
    expect(await policy(['apply', mine])).toMatchObject({ status: 0 });
    file('mine.yaml', archived('cli_mine').replace('> 500', '> 400'));
    expect(await policy(['diff', mine])).toMatchObject({
      status: 1,
      out: '- cli_mine (version 1)\n1 to change, 0 as they are\n',
    });
    expect(await policy(['simulate', mine])).toMatchObject({ status: 0 });
    expect(await policy(['apply', '--no-activate', mine])).toMatchObject({
      status: 0,
      out: expect.stringContaining('1 policy is left in force: --no-activate archives nothing\n0 changes made'),
    });
    expect(await kept('cli_mine')).toMatchObject({ version: 1, spec: { status: 'active' } });
    expect(await policy(['apply', mine])).toMatchObject({ status: 0, out: expect.stringContaining('1 change made') });
    expect(await kept('cli_mine')).toMatchObject({ version: 1, spec: { status: 'archived' } });
    expect(await policy(['diff', mine])).toMatchObject({ status: 0, out: '0 to change, 1 as they are\n' });
    expect(await policy(['apply', '--no-activate', mine])).toMatchObject({ status: 0 });
  });

  it('by its own file, and never was on the platform, is left away', async () => {
    const never = file('never.yaml', archived('cli_never'));
    expect(await policy(['apply', never])).toMatchObject({ status: 0, out: expect.stringContaining('0 changes made') });
    expect(await kept('cli_never')).toMatchObject({ status: 404 });
  });

  it('on the platform is refused before anything has changed, also by a dry run', async () => {
    const back = file('back/z_back.yaml', named('cli_back'));
    expect(await policy(['apply', back])).toMatchObject({ status: 0 });
    await opened.platform.call('DELETE', '/api/v1/policies/cli_back', { token: opened.token });
    file('back/a_new.yaml', named('cli_new'));
    const folder = back.replace('/z_back.yaml', '');
    for (const command of [['apply'], ['apply', '--dry-run'], ['diff'], ['simulate']])
      expect(await policy([...command, folder])).toMatchObject({
        status: 1,
        out: '',
        err: expect.stringMatching(/z_back\.yaml:3:17 \/metadata\/id `cli_back` is archived on the platform/),
      });
    expect(await kept('cli_new')).toMatchObject({ status: 404 });
  });
});

describe('what the platform does not accept', () => {
  it('is told with its pointer, whichever command it was', async () => {
    const window = ['--since', '1h', '--until', '2h'];
    expect(await policy(['simulate', file('new.yaml', named('cli_window')), ...window])).toMatchObject({
      status: 3,
      err: expect.stringContaining('/window/to must be after `from`'),
    });
  });

  it('is nothing where nothing differs: a simulation that may change nothing passes', async () => {
    const same = file('same.yaml', named('cli_same'));
    expect(await policy(['apply', same])).toMatchObject({ status: 0 });
    expect(await policy(['simulate', same, '--fail-on-change'])).toMatchObject({
      status: 0,
      out: 'nothing to simulate: all files are in force as they are\n',
    });
    const { status, out } = await policy(['simulate', same, '-o', 'json']);
    expect([status, JSON.parse(out)]).toMatchObject([0, { decisions: 0, changed: 0, undecidable: 0 }]);
  });
});
