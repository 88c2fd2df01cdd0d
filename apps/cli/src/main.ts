import { Command, CommanderError } from 'commander';
import { adminTokenCommand } from './admin-token.command.js';
import { deadLettersCommand } from './dead-letters/dead-letters.command.js';
import { doctorCommand } from './doctor/doctor.command.js';
import { PlatformError } from './platform.client.js';
import { policyCommand } from './policy/policy.command.js';
import { redisAclCommand } from './redis-acl/redis-acl.command.js';
import { trustCommand } from './trust/trust.command.js';

/** Where a command leaves its exit status. */
export interface Outcome {
  status: number;
}

/** The command line. @returns the exit status: 0, 1 when something failed, 2 when it was called wrongly, 3 when the platform does not answer or refuses */
export async function main(args: readonly string[]): Promise<number> {
  const outcome: Outcome = { status: 0 };
  const program = new Command('agion')
    .description('Looks after an Agion platform.')
    .exitOverride()
    .showHelpAfterError('(see `agion --help`)')
    .configureHelp({ showGlobalOptions: true });
  for (const command of [
    doctorCommand(outcome),
    deadLettersCommand(outcome),
    policyCommand(outcome),
    redisAclCommand(),
    trustCommand(outcome),
    adminTokenCommand(outcome),
  ])
    program.addCommand(inherited(command, program));
  try {
    await program.parseAsync(args, { from: 'user' });
    return outcome.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`✗ ${(error as Error).message}\n`);
    return error instanceof PlatformError ? 3 : 1;
  }
}

/** Subcommands end the process by themselves otherwise. */
function inherited(command: Command, from: Command): Command {
  command.copyInheritedSettings(from);
  for (const each of command.commands) inherited(each, command);
  return command;
}
