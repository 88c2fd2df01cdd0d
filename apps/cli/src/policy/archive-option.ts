import { InvalidArgumentError, Option } from 'commander';
import type { Labels } from './comparison.js';

export const ARCHIVE_OPTION = new Option(
  '--archive <labels>',
  'archive policies with these labels that are in no file, for good: team=mail,env=prod',
).argParser(labelsOf);

function labelsOf(given: string): Labels {
  return Object.fromEntries(
    given.split(',').map((part) => {
      const [, name, value] = /^([^=\s]+)=(.+)$/.exec(part) ?? [];
      if (name === undefined || value === undefined)
        throw new InvalidArgumentError(`\`${part}\` is no label: \`name=value\``);
      return [name, value];
    }),
  );
}
