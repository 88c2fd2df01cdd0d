const percent = (text: string): string =>
  [...text].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

/** Ways to write a path that some server, proxy or router on the way might read as that path. */
export function variantsOf(target: string): string[] {
  const segments = target.slice(1).split('/');
  const last = segments.at(-1) ?? '';
  const before = segments.slice(0, -1).map((segment) => `/${segment}`);
  const parent = before.join('');
  const first = segments[0] ?? '';
  const rest = target.slice(first.length + 1);
  return [
    ...[`/${target}`, `//${target}`, `${target}/`, `${target}//`, `${parent}//${last}`, `/${first}/${rest || '/'}`],
    ...[`/.${target}`, `${target}/.`, `${parent}/./${last}`, `${target}/..`, `${target}/x/..`, `/x/..${target}`],
    ...[`/%2e${target}`, `${parent}/%2e/${last}`, `${target}/%2e%2e/${last}`, `/health/%2e%2e${target}`],
    ...[`/health/..${target}`, `/docs/../${target}`, `/health;${target}`, `/health%2f..${target}`],
    ...[`${parent}%2f${last}`, `${parent}%2F${last}`, `${parent}%252f${last}`, `/%2f${target.slice(1)}`],
    ...[`${parent}\\${last}`, `${parent}%5c${last}`, `${target}%2f`, `${target}%00`, `${target}%20`, `${target}%0d%0a`],
    ...[`${target};x`, `${target};x=1`, `${target}%3bx`, `${parent}/;/${last}`, `${target}%3f`, `${target}%23`],
    ...[`${target}#`, `${target}?`, `${target}?/health`, `${target}.`, `${target}.json`, `${target}*`],
    ...[target.toUpperCase(), `${parent}/${last.toUpperCase()}`, `/${first.toUpperCase()}${rest}`],
    ...[`${parent}/${percent(last)}`, `/${percent(first)}${rest}`, `${parent}/%25${percent(last).slice(1)}`],
    ...[`http://127.0.0.1${target}`, `http://localhost:1${target}`, `//127.0.0.1${target}`, target.replace('/api', '')],
  ];
}
