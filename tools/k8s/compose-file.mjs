import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** `${NAME}`, `${NAME-for unset}` and `${NAME:-for unset or empty}`, as Compose replaces them: in values, once the file is read. */
function interpolate(value, variables) {
  if (Array.isArray(value)) return value.map((each) => interpolate(each, variables));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each, variables)]));
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{(\w+)(?:(:?-)([^}]*))?\}/g, (_, name, operator, instead = '') => {
    const value = variables[name];
    const counts = operator === ':-' ? Boolean(value) : value !== undefined;
    return counts ? value : instead;
  });
}

/**
 * A compose file as an engine understands it: merged, and with its variables replaced.
 * @param variables what `.env` or the shell would say
 */
export function readCompose(file, variables = {}) {
  return interpolate(parse(readFileSync(file, 'utf8'), { merge: true }), variables);
}

/**
 * The environment of one of its services on this machine, without an engine.
 * @param secrets the folder with a folder for each holder, which the engine would mount as /run/secrets/agion
 */
export function environmentOf({ services }, name, secrets) {
  const { environment, volumes } = services[name];
  const [holder] = volumes.flatMap((volume) => /^secrets-(.+):\/run\/secrets\/agion:ro$/.exec(volume)?.[1] ?? []);
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [
      key,
      String(value).replace('/run/secrets/agion', `${secrets}/${holder}`),
    ]),
  );
}
