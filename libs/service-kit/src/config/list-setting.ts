import type { TransformFnParams } from 'class-transformer';

/** Reads a setting that is a list separated by commas. A list that cannot be read stays text, for validation to name. */
export const listSetting =
  <Entry>(parse: (text: string) => Entry) =>
  ({ value }: TransformFnParams): unknown => {
    if (typeof value !== 'string') return value;
    try {
      return value
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== '')
        .map(parse);
    } catch {
      return value;
    }
  };
