import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Printed between two commands, so that their answers can be told apart. */
const BORDER = '==== next command ====';

/** What a shell had to say. */
export interface Pasted {
  /** What each command printed. */
  printed: string[];
  complaints: string;
}

/** Pastes all commands into one shell, as a reader does who is in this folder. */
export async function paste(
  commands: readonly string[],
  folder: string,
  env: Record<string, string | undefined> = {},
): Promise<Pasted> {
  const script = commands.map((command) => `${command}\necho '${BORDER}'\n`).join('');
  const own = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder };
  const shell = spawn('bash', ['-u'], { cwd: folder, env: { ...own, ...env } });
  shell.stdin.end(script);
  const [printed, complaints] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'close')]);
  return { printed: printed.split(`${BORDER}\n`).slice(0, -1), complaints };
}
