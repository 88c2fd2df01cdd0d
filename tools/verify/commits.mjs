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

/** The commit the messages to look at begin after; '' when all are to be looked at. */
function base() {
  const origin = git('rev-parse', '--verify', '--quiet', 'origin/main');
  if (origin) return origin;
  return git('rev-parse', '--verify', '--quiet', `HEAD~${MOST}`);
}

/** Whether the messages since origin/main, or of the last commits, are conventional. @returns how many were looked at */
export async function checkCommits() {
  const from = base();
  const count = Number(git('rev-list', '--count', from ? `${from}..HEAD` : 'HEAD'));
  if (count === 0) return 'none since origin/main';
  const args = [...(from ? ['--from', from] : []), '--to', 'HEAD'];
  await run(process.execPath, [packageProgram('commitlint'), ...args], { shown: `npx commitlint ${args.join(' ')}` });
  return `${count} looked at`;
}
