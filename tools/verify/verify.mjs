import { existsSync } from 'node:fs';
import { ensureBuilt } from '../setup/build.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { packageProgram, run } from '../setup/command.mjs';
import { Failure, report } from '../setup/failure.mjs';
import { step } from '../setup/progress.mjs';
import { checkCommits } from './commits.mjs';
import { checkGenerated } from './generated-files.mjs';

const program = (name, ...args) =>
  run(process.execPath, [packageProgram(name), ...args], { shown: `npx ${name} ${args.join(' ')}` });
const tool = (file, shown) => run(process.execPath, [inCheckout('tools', file)], { shown });

const lastLine = (output) => output.trimEnd().split('\n').at(-1);

/** What has to be right before a change is shared, quickest first. A check may return a remark. */
const CHECKS = {
  build: () => ensureBuilt(),
  format: () => program('prettier', '--check', '.').then(() => {}),
  types: () => program('tsc', '--noEmit', '-p', 'tsconfig.json').then(() => {}),
  'pure libraries': () => tool('typecheck-pure.mjs', 'node tools/typecheck-pure.mjs').then(() => {}),
  // The rule that keeps the layers reads the project graph that nx leaves behind; without one it would say nothing.
  lint: async () => {
    await program('nx', 'graph', '--file=.nx/graph.json');
    await program('eslint', '.');
  },
  'generated files': () => checkGenerated(),
  commits: () => checkCommits(),
  tests: async () => lastLine(await tool('test.mjs', 'npm test')),
};

async function runCheck(name, check) {
  const since = Date.now();
  try {
    const remark = await step(name, async (detail) => {
      const text = await check();
      if (text) detail(text);
      return text;
    });
    return { name, passed: true, seconds: (Date.now() - since) / 1000, remark };
  } catch (error) {
    report(error);
    return { name, passed: false, seconds: (Date.now() - since) / 1000 };
  }
}

const row = ({ name, passed, seconds, remark }) =>
  `  ${passed ? '✓' : '✗'} ${name.padEnd(16)}${`${seconds.toFixed(1)} s`.padStart(8)}${remark ? `  ${remark}` : ''}`;

/** `npm run verify`: all checks, also after one has failed, and a table at the end. */
export async function main(args) {
  if (args.length > 0) throw new Failure('`npm run verify` takes no options');
  if (!existsSync(inCheckout('.git')))
    throw new Failure('`npm run verify` looks at commits and changed files: run it in a git checkout');
  const results = [];
  for (const [name, check] of Object.entries(CHECKS)) results.push(await runCheck(name, check));
  console.log(['', ...results.map(row), ''].join('\n'));
  return results.every(({ passed }) => passed) ? 0 : 1;
}
