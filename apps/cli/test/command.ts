import { jest } from '@jest/globals';
import { main } from '../src/index.js';

/** What a command printed, and how it ended. */
export interface Printed {
  status: number;
  out: string;
  err: string;
}

/** Runs `agion …` in this process, with these variables set besides. */
export async function agion(args: readonly string[], env: Record<string, string> = {}): Promise<Printed> {
  const printed: Printed = { status: 0, out: '', err: '' };
  const before = { ...process.env };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed.out += String(text)), true)),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed.err += String(text)), true)),
    jest.spyOn(console, 'log').mockImplementation((text: unknown) => void (printed.out += `${String(text)}\n`)),
  ];
  Object.assign(process.env, env);
  try {
    printed.status = await main(args);
    return printed;
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
