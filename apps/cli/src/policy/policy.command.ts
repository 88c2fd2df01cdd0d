import { Command } from 'commander';
import type { Outcome } from '../main.js';
import { applyCommand } from './apply.command.js';
import { diffCommand } from './diff.command.js';
import { simulateCommand } from './simulate.command.js';
import { testCommand } from './test.command.js';
import { validateCommand } from './validate.command.js';
import { whyCommand } from './why.command.js';

const ABOUT = `
The platform is the one of AGION_GATEWAY_URL, with the token of AGION_TOKEN or AGION_TOKEN_FILE (a service account's in
CI), else the one that \`npm start\` runs here.

Exit status: 0, 1 for faults, failed tests and differences, 2 when called wrongly, 3 when the platform cannot be
reached or refuses.`;

/** `agion policy`: policies as files, for people and for CI. */
export const policyCommand = (outcome: Outcome): Command => {
  const policy = new Command('policy').description('policies as files: checks, tests, compares and applies them');
  for (const command of [validateCommand, testCommand, diffCommand, applyCommand, simulateCommand, whyCommand])
    policy.addCommand(command(outcome).addHelpText('after', ABOUT));
  return policy;
};
