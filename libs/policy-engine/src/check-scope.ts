import { charactersIn, type DocumentReader } from './document-reader.js';
import type { PolicyScope } from './policy.js';
import { AGENT_GLOB, FEW_STARS, NOT_BLANK } from './policy-forms.js';
import { POLICY_LIMITS } from './policy-limits.js';

/** `scope`: agents and actions have to be said, resources are all of them when nothing is. */
export function checkScope(spec: DocumentReader): PolicyScope | null {
  const reader = spec.open('scope', ['agents', 'actions', 'resources']);
  if (!reader) return null;
  return {
    agents: reader.texts('agents', POLICY_LIMITS.patterns, (glob) => faultInGlob(glob) ?? faultInAgents(glob)),
    actions: reader.texts('actions', POLICY_LIMITS.patterns, faultInGlob),
    resources: reader.texts('resources', POLICY_LIMITS.patterns, faultInGlob, ['*']),
  };
}

function faultInGlob(glob: string): string | null {
  if (glob === '' || charactersIn(glob) > POLICY_LIMITS.pattern)
    return `must have 1 to ${POLICY_LIMITS.pattern} characters`;
  if (!NOT_BLANK.test(glob)) return 'must have no spaces';
  if (!FEW_STARS.test(glob)) return `must have no more than ${POLICY_LIMITS.stars} \`*\``;
  return null;
}

const faultInAgents = (glob: string): string | null =>
  AGENT_GLOB.test(glob) ? null : `\`${glob}\` fits no agent: ids have a-z, 0-9, \`.\`, \`_\`, \`-\` and one \`:\``;
