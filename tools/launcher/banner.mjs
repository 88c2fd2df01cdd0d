import { displayPath } from '../setup/checkout.mjs';

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

function addressLines({ urls, ports, databaseUrl, databaseNote, redisUrl, redisNote }) {
  const names = Object.keys(urls);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name, value) => `  ${name.padEnd(width)}${value}`;
  return [
    ...names.map((name) =>
      line(name, name === 'gateway' ? `${urls[name]}   (API reference: ${urls[name]}/docs)` : urls[name]),
    ),
    line('metrics', ports.metrics.map((port) => `http://127.0.0.1:${port}/metrics`).join(' ') || 'off'),
    line('postgres', `${databaseUrl}${databaseNote}`),
    line('redis', `${redisUrl}${redisNote}`),
  ];
}

function tokenLines({ isFirst, file, adminToken, tokens }) {
  const lines = [`  Addresses and tokens for scripts are in ${displayPath(file)}, which only you can read.`];
  if (!isFirst)
    return [
      ...lines,
      '  The administrator’s token is still the one from the first start; `npm run admin-token` makes a new one.',
    ];
  lines.push('', `  administrator’s token (a service account):`, `    ${adminToken}`);
  if (tokens) {
    lines.push('  people (valid for 30 days):');
    for (const [role, token] of Object.entries(tokens)) lines.push(`    ${role.padEnd(9)}${token}`);
  }
  return lines;
}

const shellWord = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

function nextLines(gateway, file) {
  const agent = `'{"agent_id":"demo:hello","name":"Hello"}'`;
  return [
    `  curl -s ${gateway}/health`,
    `  curl -s ${gateway}/api/v1/agents/register -H 'content-type: application/json' -d ${agent}`,
    `  TOKEN=$(node -p "JSON.parse(fs.readFileSync(process.argv[1])).admin_token" ${shellWord(displayPath(file))})`,
    `  curl -s ${gateway}/api/v1/agents -H "Authorization: Bearer $TOKEN"`,
  ];
}

/** The block a start-up ends with: where everything is, how to sign in, what to try. */
export function banner(facts) {
  return [
    '',
    `${bold('Agion is running.')} Ctrl-C stops it${facts.ownsDatabases ? ', databases included' : ''}.`,
    '',
    ...addressLines(facts),
    '',
    ...tokenLines(facts),
    '',
    `${bold('Try next')}`,
    ...nextLines(facts.urls.gateway, facts.file),
    '',
  ].join('\n');
}
