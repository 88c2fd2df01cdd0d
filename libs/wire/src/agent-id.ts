/** One segment of an id: agents' containers and names, and the chosen ids of prompts, models, resources and policies. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** `container:name`, or `name` alone for an agent outside any container. */
export const AGENT_ID_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(:[a-z0-9][a-z0-9._-]{0,62})?$/;

export const isAgentId = (value: string): boolean => AGENT_ID_PATTERN.test(value);
export const isName = (value: string): boolean => NAME_PATTERN.test(value);

/** The container part of an agent id; `null` for an agent outside any container. */
export function containerOf(agentId: string): string | null {
  const colon = agentId.indexOf(':');
  return colon < 0 ? null : agentId.slice(0, colon);
}

/** The complete id on the wire: a name without `:` belongs to the caller's container. */
export function completeAgentId(name: string, containerId: string | null): string {
  return name.includes(':') || containerId === null ? name : `${containerId}:${name}`;
}
