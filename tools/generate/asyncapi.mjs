import * as dto from '@agion/dto';
import { VERSION } from '@agion/service-kit';
import { CHANNELS, DEFAULT_ORGANIZATION, feedKey, STREAMS } from '@agion/wire';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { format } from 'prettier';
import { CHANNEL_NOTES, STREAM_NOTES } from './asyncapi-names.mjs';
import { loadServices } from './services.mjs';
import { sorted } from './sorted.mjs';
import { streamHandlers, withLayout } from './stream-handlers.mjs';
import { entrySchema, jsonSchema } from './wire-schema.mjs';

const ABOUT = `What goes over Redis. HTTP is described in \`/openapi.json\`.

Entries of streams are flat string fields; a structured value is JSON in one of them, and \`x-json\` is the schema of what it holds. Readers ignore fields they do not know; an entry without a required one goes to the dead letters, \`<stream>:dead\`, with \`error\`, \`deliveries\`, \`source_id\` and \`failed_at\`. One that was put back from there has the field \`redriven\`: JSON of \`source_id\`, \`attempt\` and \`fields\`, signed by governance. Messages of channels are JSON objects.

Names are those of the organization \`default\`; the organization \`acme\` has \`org:acme:\` before each of them.`;

const ref = (path) => ({ $ref: `#/${path}` });

/** OpenAPI schemas of DTO classes and of what they refer to. */
async function schemasOf(classes) {
  const [service] = await loadServices();
  const document = await withLayout(service, (app) =>
    SwaggerModule.createDocument(app, new DocumentBuilder().build(), { include: [], extraModels: classes }),
  );
  return document.components?.schemas ?? {};
}

/** Schemas that the given ones refer to, directly or through others. */
function referred(names, schemas) {
  const found = new Set();
  const visit = (value) => {
    for (const [, name] of JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(schemas[name]);
    }
  };
  for (const name of names) visit(schemas[name]);
  return [...found];
}

/** Streams and channels as one list: address, kind, who writes and reads, and the class of a message where there is one. */
function addresses(handlers) {
  const streams = Object.entries(STREAMS).map(([name, address]) => {
    const note = STREAM_NOTES[name];
    if (!note) throw new Error(`tools/generate/asyncapi-names.mjs says nothing about the stream \`${name}\``);
    const readers = handlers.filter(({ stream }) => stream === address);
    const classes = new Set(readers.map(({ entry }) => entry.name));
    if (note.message) classes.add(note.message);
    if (classes.size > 1)
      throw new Error(`\`${address}\` is read as ${[...classes].join(' and ')}: one stream, one class`);
    const groups = readers.map(({ service, group }) => `${service} (group \`${group}\`)`);
    return {
      name,
      address,
      kind: 'stream',
      ...note,
      message: [...classes][0],
      readers: [...groups, ...(note.readers ?? [])],
    };
  });
  const channels = Object.entries(CHANNELS).map(([name, address]) => {
    const note = CHANNEL_NOTES[name];
    if (!note) throw new Error(`tools/generate/asyncapi-names.mjs says nothing about the channel \`${name}\``);
    return { name, address, kind: 'channel', readers: ['anyone'], ...note };
  });
  return [...streams, ...channels];
}

/** What has a part in its name that differs. Feeds have one event as JSON in each entry. */
const PATTERNS = {
  deadLetters: {
    address: '{stream}:dead',
    title: 'Dead letters of a stream',
    description: 'Entries of the stream that could not be handled, with why. They are put back or discarded over HTTP.',
    parameters: { stream: { description: 'Complete name of the stream.' } },
    messages: {
      DeadLetter: {
        title: 'One dead letter: the fields of the entry, and these',
        contentType: 'application/json',
        payload: {
          type: 'object',
          properties: {
            error: { type: 'string', description: 'Why it could not be handled.' },
            deliveries: { type: 'string', pattern: '^[0-9]+$', description: 'How often it was delivered.' },
            source_id: { type: 'string', description: 'The id it had in the stream.' },
            failed_at: { type: 'string', format: 'date-time' },
            incomplete: { const: 'true', description: 'There where the entry was shortened, or named a field twice.' },
          },
          required: ['error', 'deliveries', 'source_id', 'failed_at'],
        },
      },
    },
    'x-agion-kind': 'stream',
    'x-agion-writers': ['services'],
  },
  runEvents: {
    address: feedKey.runEvents(DEFAULT_ORGANIZATION.slug, '{run_id}'),
    title: 'Events of a run',
    description:
      'A feed: a capped stream whose appends are also published on the channel of the same name, with the id as message.',
    parameters: { run_id: { description: 'Id of the run.' } },
    messages: {
      RunEvent: {
        title: 'One run event',
        contentType: 'application/json',
        payload: {
          type: 'object',
          properties: { event: { type: 'string', contentMediaType: 'application/json' } },
          required: ['event'],
        },
      },
    },
    'x-agion-kind': 'feed',
    'x-agion-writers': ['execution'],
    'x-agion-readers': ['gateway'],
  },
};

const OUTSIDE = ['agents', 'anyone', 'services'];

/** Who reads what, where the address says `*` for the part of a name that differs. */
const withReaders = ([name, pattern], handlers) => {
  const any = pattern.address.replace(/\{\w+\}/, '*');
  const readers = handlers.filter(({ stream }) => stream === any);
  const groups = readers.map(({ service, group }) => `${service} (group \`${group}\`)`);
  return [name, groups.length > 0 ? { ...pattern, 'x-agion-readers': groups } : pattern];
};

/** What the platform itself does with an address: `receive`, `send`, or both. */
function operationsOf({ name, writers, readers, message }) {
  if (!message) return [];
  const messages = [ref(`channels/${name}/messages/${message}`)];
  const operation = (action, who) => [
    `${action}_${name}`,
    { action, channel: ref(`channels/${name}`), summary: `By ${who.join(', ')}.`, messages },
  ];
  const receiving = readers.filter((reader) => !OUTSIDE.includes(reader));
  const sending = writers.filter((writer) => writer !== 'agents');
  return [
    ...(receiving.length > 0 ? [operation('receive', receiving)] : []),
    ...(sending.length > 0 ? [operation('send', sending)] : []),
  ];
}

const channelOf = ({ name, address, kind, about, writers, readers, message }) => [
  name,
  {
    address,
    title: address,
    description: about,
    messages: message ? { [message]: ref(`components/messages/${message}`) } : {},
    'x-agion-kind': kind,
    'x-agion-writers': writers,
    'x-agion-readers': readers,
  },
];

const addressesOf = (message, used) => used.filter((each) => each.message === message).map(({ address }) => address);

/** The AsyncAPI document of everything that goes over Redis. */
export async function asyncDocument() {
  const handlers = await streamHandlers();
  const listed = addresses(handlers);
  const patterns = Object.entries(PATTERNS).map((pattern) => withReaders(pattern, handlers));
  const used = listed.filter(({ message }) => message);
  const missing = used.filter(({ message }) => !dto[message]).map(({ message }) => message);
  if (missing.length > 0) throw new Error(`\`@agion/dto\` exports no ${missing.join(', ')}`);
  const schemas = await schemasOf([...new Set(used.map(({ message }) => dto[message]))]);
  const entries = new Set(used.filter(({ kind }) => kind === 'stream').map(({ message }) => message));
  const parts = referred(
    used.map(({ message }) => message),
    schemas,
  );
  const asWritten = [...new Set([...used.map(({ message }) => message), ...parts])].map((name) => [
    name,
    jsonSchema(entries.has(name) ? entrySchema(schemas[name]) : schemas[name]),
  ]);
  const messages = used.map(({ message, kind }) => [
    message,
    {
      title: `${kind === 'stream' ? 'An entry of' : 'A message on'} ${addressesOf(message, used).join(' and ')}`,
      contentType: 'application/json',
      payload: ref(`components/schemas/${message}`),
    },
  ]);
  return sorted({
    asyncapi: '3.0.0',
    info: { title: 'Agion', version: VERSION, description: ABOUT, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([...listed.map(channelOf), ...patterns]),
    operations: Object.fromEntries(listed.flatMap(operationsOf)),
    components: { messages: Object.fromEntries(messages), schemas: Object.fromEntries(asWritten) },
  });
}

/** `libs/dto/asyncapi.json`. @throws Error when a name of `libs/wire` is not explained */
export async function asyncApi() {
  return format(JSON.stringify(await asyncDocument()), { parser: 'json', printWidth: 120 });
}
