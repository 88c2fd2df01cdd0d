import { say } from '../setup/progress.mjs';
import { isWarning, logEntry, readable } from './log-lines.mjs';

const messageOf = (line) => logEntry(line)?.msg ?? line;

/** What a developer sees of the services' logs: warnings and errors, in readable form; all there is with `verbose`. */
export class LogScreen {
  #verbose;
  #print;
  #colors;
  #told;

  /** @param {{verbose?: boolean, told?: string[], print?: (text: string) => void, colors?: boolean}} options `told`: start-up
   * messages that need no repetition */
  constructor({ verbose = false, told = [], print = say, colors = process.stdout.isTTY === true } = {}) {
    this.#verbose = verbose;
    this.#told = new Set(told);
    this.#print = print;
    this.#colors = colors;
  }

  /** @param {string} line */
  show(line) {
    if (this.#verbose || isWarning(line)) this.#print(readable(line, { colors: this.#colors }));
  }

  /**
   * Lines of a start-up: what several services say in the same words is shown once.
   * @param {string[]} lines
   */
  showStart(lines) {
    for (const line of lines) {
      const message = messageOf(line);
      if (isWarning(line) && this.#told.has(message) && !this.#verbose) continue;
      if (isWarning(line)) this.#told.add(message);
      this.show(line);
    }
  }
}
