import { execFileSync } from 'node:child_process';
import { CHECKOUT } from '../setup/checkout.mjs';
import { packageProgram, run } from '../setup/command.mjs';

const MOST = 20;

const git = (...args) => {
  try {
    return execFileSync('git', args, { cwd: CHECKOUT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
};

const countSince = (commit) => Number(git('rev-list', '--count', commit ? `${commit}..HEAD` : 'HEAD'));

/** The commit after which the messages to look at begin: origin/main, else some way back; '' when all are to be looked at. */
function base() {
  const origin = git('rev-parse', '--verify', '--quiet', 'origin/main');
  return origin && countSince(origin) > 0 ? origin : git('rev-parse', '--verify', '--quiet', `HEAD~${MOST}`);
}

/** Whether the messages since origin/main, or the last ones, are conventional. @returns how many were looked at */
export async function checkCommits() {
  const from = base();
  const args = [...(from ? ['--from', from] : []), '--to', 'HEAD'];
  await run(process.execPath, [packageProgram('commitlint'), ...args], { shown: `npx commitlint ${args.join(' ')}` });
  return `${countSince(from)} looked at`;
}
