import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../libs/service-kit/src/logging/logger.js';
import { LogScreen } from './log-screen.mjs';

describe('the log on the screen', () => {
  let printed: string[];
  const print = (text: string): void => void printed.push(text.replace(/^[\d:]+ /, ''));

  const line = (service: string, level: 'info' | 'warn', message: string): string => {
    let written = '';
    const stream = { write: (text: string) => void (written = text.trimEnd()) };
    createLogger({ service, level: 'info', stream })[level](message);
    return written;
  };

  beforeEach(() => {
    printed = [];
  });

  it('holds warnings and what is no log line, readable', () => {
    const screen = new LogScreen({ print, colors: false });
    for (const one of [line('gateway', 'info', 'listening'), line('registry', 'warn', 'slow'), 'Error: boom'])
      screen.show(one);
    expect(printed).toEqual(['WARN  registry     slow', 'Error: boom']);
  });

  it('holds all when asked for', () => {
    new LogScreen({ print, colors: false, verbose: true }).show(line('gateway', 'info', 'listening'));
    expect(printed).toEqual(['INFO  gateway      listening']);
  });

  it('holds what all services say at their start once, and nothing that is told already', () => {
    const screen = new LogScreen({ print, colors: false, told: ['known'] });
    screen.showStart(
      ['gateway', 'registry'].flatMap((name) => [line(name, 'warn', 'evicts'), line(name, 'warn', 'known')]),
    );
    screen.showStart([line('execution', 'warn', 'evicts')]);
    expect(printed).toEqual(['WARN  gateway      evicts']);
    screen.show(line('gateway', 'warn', 'evicts'));
    expect(printed).toHaveLength(2);
  });
});
