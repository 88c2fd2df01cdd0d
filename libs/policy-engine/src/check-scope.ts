import type { DocumentReader } from './document-reader.js';
import type { PolicyScope } from './policy.js';

const MOST_PATTERNS = 50;
const LONGEST_PATTERN = 256;
const MOST_STARS = 5;

const AGENT_GLOB = /^[a-z0-9._:*-]+$/;

/** `scope`: agents and actions have to be said, resources are all of them when nothing is. */
export function checkScope(spec: DocumentReader): PolicyScope | null {
  const reader = spec.open('scope', ['agents', 'actions', 'resources']);
  if (!reader) return null;
  return {
    agents: reader.texts('agents', MOST_PATTERNS, (glob) => faultInGlob(glob) ?? faultInAgents(glob)),
    actions: reader.texts('actions', MOST_PATTERNS, faultInGlob),
    resources: reader.texts('resources', MOST_PATTERNS, faultInGlob, ['*']),
  };
}

function faultInGlob(glob: string): string | null {
  if (glob.length === 0 || glob.length > LONGEST_PATTERN) return `must have 1 to ${LONGEST_PATTERN} characters`;
  if (/[\s\p{Cc}]/u.test(glob)) return 'must have no spaces';
  if (glob.split('*').length - 1 > MOST_STARS) return `must have no more than ${MOST_STARS} \`*\``;
  return null;
}

const faultInAgents = (glob: string): string | null =>
  AGENT_GLOB.test(glob) ? null : `\`${glob}\` fits no agent: ids have a-z, 0-9, \`.\`, \`_\`, \`-\` and one \`:\``;
