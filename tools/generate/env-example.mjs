import { loadServices } from './services.mjs';

const WIDTH = 110;

/** Read by OpenTelemetry and by the local launcher rather than by a service. */
const ELSEWHERE = [
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', about: 'Where traces are sent.', example: 'http://otel-collector:4318' },
  { name: 'OTEL_SERVICE_NAME', about: 'The name traces carry.', value: 'agion' },
  { name: 'OTEL_SDK_DISABLED', about: '`true` turns traces and metrics off.', value: 'false' },
  { name: 'AGION_DATA_DIR', about: 'Folder of the local databases and of dev.json.', value: '.agion' },
];

const wrapped = (text) => {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line && line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.map((line) => `# ${line}`).join('\n');
};

const entry = ({ name, about, value, example, secret }) => {
  const file = secret ? ` \`${name}_FILE\` may name a file that holds it.` : '';
  return `${wrapped(about + file)}\n#${name}=${value ?? example ?? ''}\n`;
};

const shown = (value) => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined);

/** What one settings class reads; a setting that several variables can carry yields one entry for each. */
function entriesOf(definition, settingsOf) {
  const defaults = new definition.settings();
  return settingsOf(definition.settings).flatMap(({ env, property, about, example, secret }) =>
    env.map((name, at) => ({
      name,
      about: at === 0 ? about : `${about} Stands in where \`${env[0]}\` is not set.`,
      value: at === 0 ? shown(defaults[property]) : undefined,
      example,
      secret,
    })),
  );
}

/** `.env.example`: every setting with its explanation and default. What several services read stands once, at the top. */
export async function envExample() {
  const [{ settingsOf }, services] = await Promise.all([import('@agion/service-kit'), loadServices()]);
  const byService = services.map((service) => ({ name: service.name, entries: entriesOf(service, settingsOf) }));
  const readers = Map.groupBy(
    byService.flatMap(({ name, entries }) => entries.map((each) => ({ ...each, service: name }))),
    ({ name }) => name,
  );
  const isShared = ({ name }) => readers.get(name).length > 1;
  const shared = [...readers.values()].filter(([first]) => isShared(first)).map(([first]) => neutral(first));
  const sections = [
    ['Several services', shared],
    ...byService.map(({ name, entries }) => [`Service: ${name}`, entries.filter((each) => !isShared(each))]),
    ['Elsewhere', ELSEWHERE],
  ];
  const head = wrapped(
    'Every setting, with its default where it has one. Written by `npm run generate`. Local commands read `.env`, a copy of this file with the lines you need uncommented; containers get the same names as environment variables. An empty value counts as not set.',
  );
  const body = sections.map(([title, entries]) => `# ---- ${title} ----\n\n${entries.map(entry).join('\n')}`);
  return `${head}\n\n${body.join('\n')}`;
}

/** An alias belongs to no one service, so its text may not name one service's variable. */
const neutral = (each) => ({
  ...each,
  about: each.about.replace(/ Stands in where `[A-Z_]+` is not set\.$/, ' For services without one of their own.'),
});
