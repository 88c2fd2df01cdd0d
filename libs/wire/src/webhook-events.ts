/** The facts of the audit trail a webhook can be told of, and what each says. */
export const WEBHOOK_EVENTS = {
  'action.changed': 'what is known of an action was changed: its risk, or what its context looks like',
  'agent.delegated': 'on whose behalf an agent acts was noted or changed',
  'agent.registered': 'an agent registered for the first time',
  'agent.retired': 'an agent was retired and its tokens revoked',
  'dead_letter.discarded': 'an entry of a stream that could not be handled was given up for good',
  'dead_letter.redriven': 'an entry of a stream that could not be handled was put back to be handled once more',
  'decision.denied': 'a policy denied what an agent wanted to do',
  'enrollment.created': 'a one-time token for a container was made',
  'enrollment.used': 'a one-time token was exchanged for a container’s',
  'event.forged': 'an agent or container spoke in the name of another agent or of a service',
  'mission.created': 'a mission was created',
  'model.activated': 'another version of a model configuration serves',
  'model.archived': 'a model configuration was archived',
  'model.changed': 'a model configuration has a new version',
  'model.created': 'a model configuration was created',
  'model.rolled_out': 'a candidate of a model configuration serves a share of the agents',
  'organization.created': 'an organization was created',
  'organization.settings_changed': 'settings of the organization were changed',
  'person.erased': 'what a person had said about agents was made nobody’s',
  'policies.default_effect_changed': 'what holds where no policy matches was changed',
  'policy.activated': 'another version of a policy is in force',
  'policy.archived': 'a policy was archived',
  'policy.changed': 'a policy has a new version',
  'policy.created': 'a policy was created',
  'prompt.activated': 'another version of a prompt serves',
  'prompt.archived': 'a prompt was archived',
  'prompt.changed': 'a prompt has a new version',
  'prompt.created': 'a prompt was created',
  'prompt.rolled_out': 'a candidate of a prompt serves a share of the agents',
  'resource.activated': 'another version of a resource configuration serves',
  'resource.archived': 'a resource configuration was archived',
  'resource.changed': 'a resource configuration has a new version',
  'resource.created': 'a resource configuration was created',
  'resource.rolled_out': 'a candidate of a resource configuration serves a share of the agents',
  'service_account.created': 'a service account was created',
  'service_account.deleted': 'a service account was deleted and its tokens revoked',
  'stream_key.rotated': 'an agent signs its stream entries with a new key',
  'stream_key.shown': 'somebody else than the agent was shown its stream key',
  'token.issued': 'a token was issued',
  'token.rotated': 'a token was replaced by a new one',
  'trust_ceiling.cleared': 'a person lifted a cap on the trust score of an agent',
  'trust_ceiling.set': 'something critical capped the trust score of an agent',
  'trust.rebuilt': 'stored sums of trust evidence were mended from the events behind them',
  'trust.tier_changed': 'an agent is trusted further or less far than before',
  'violation.acknowledged': 'somebody has seen a violation',
  'violation.resolved': 'a violation is done with',
  'webhook.created': 'a webhook was created',
  'webhook.deleted': 'a webhook was deleted',
  'webhook.disabled': 'a webhook was switched off, because nothing could be delivered for days or its receiver is gone',
  'webhook.enabled': 'a webhook was switched on again',
  'webhook.secret_rotated': 'deliveries of a webhook are signed with a new secret',
} as const satisfies Record<string, string>;

export type WebhookEvent = keyof typeof WEBHOOK_EVENTS;

const types = Object.keys(WEBHOOK_EVENTS) as WebhookEvent[];

/** What a webhook may ask for: a type, or a family of them such as `policy.*`. */
export const WEBHOOK_FILTERS: readonly string[] = [
  ...new Set(types.map((type) => `${type.split('.')[0] ?? ''}.*`)),
  ...types,
];

export const WEBHOOK_STATUSES = ['active', 'disabled', 'archived'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** `dropped`: its webhook had `MOST_PENDING_DELIVERIES` of them waiting, and it was not queued. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'dropped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Deliveries of one webhook that wait at once. */
export const MOST_PENDING_DELIVERIES = 10_000;
