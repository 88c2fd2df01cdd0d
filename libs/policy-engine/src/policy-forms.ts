import { POLICY_LIMITS } from './policy-limits.js';

/** As for the other ids that may be chosen. */
export const POLICY_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** What the ids of agents are made of, and `*`. */
export const AGENT_GLOB = /^[a-z0-9._:*-]+$/;

/** Spaces and control characters. */
const BLANK = String.raw`\s\u0000-\u001f\u007f-\u009f`;

export const NOT_BLANK = new RegExp(`^[^${BLANK}]*$`);

/** No more `*` than there may be. */
export const FEW_STARS = new RegExp(`^[^*]*(?:\\*[^*]*){0,${POLICY_LIMITS.stars}}$`);

/** Something is written, not only spaces. */
export const WRITTEN = /\S/;

const DAY = String.raw`(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d)`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;

/** ISO 8601, of a day there can be. Without a zone it would be the machine's. */
export const ZONED_TIME = new RegExp(`^\\d{4}-(?:${DAY})T${TIME}(?::[0-5]\\d(?:\\.\\d{1,9})?)?(?:Z|[+-]${TIME})$`);
