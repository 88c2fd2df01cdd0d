import { readFileSync } from 'node:fs';

/** A setting, or what the file holds that `<name>_FILE` names; undefined when neither is set. An empty value counts as not set. */
export function given(name, environment = process.env) {
  if (environment[name]) return environment[name];
  const file = environment[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() || undefined : undefined;
}

/** The same for one that cannot be done without. @throws Error that says how to give it */
export function required(name, environment = process.env) {
  const value = given(name, environment);
  if (value === undefined) throw new Error(`${name} is not set: set it, or ${name}_FILE to a file that holds it`);
  return value;
}
