import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { inCheckout } from '../setup/checkout.mjs';

/** What the clients of the SDK send and receive; what these are made of comes along. */
const SCHEMAS = [
  'CheckDto',
  'DecisionOutcomeDto',
  'EventsAcceptedDto',
  'HeartbeatDto',
  'HeartbeatReplyDto',
  'KeySetDto',
  'ModelDto',
  'PolicyDeltaDto',
  'PolicySyncDto',
  'PromptDto',
  'RegisterAgentDto',
  'RegistrationDto',
  'ResourceDto',
];

const HEADER =
  '// Written by `npm run generate` from libs/dto/openapi.json: what the SDK sends and receives, as it stands on the wire.\n\n';

/** The types of the public API that the SDK's clients map to its own. */
export async function sdkApi() {
  const { openapi, info, components } = JSON.parse(readFileSync(inCheckout('libs/dto/openapi.json'), 'utf8'));
  const schemas = withParts(SCHEMAS, components.schemas);
  const document = { openapi, info, paths: {}, components: { schemas } };
  return HEADER + astToString(await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true }));
}

/** @throws Error naming a schema that the document does not have */
function withParts(names, all) {
  const found = new Map();
  const add = (name) => {
    if (found.has(name)) return;
    if (!all[name]) throw new Error(`openapi.json has no schema \`${name}\``);
    found.set(name, all[name]);
    for (const [, part] of JSON.stringify(all[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) add(part);
  };
  names.forEach(add);
  return Object.fromEntries(found);
}
