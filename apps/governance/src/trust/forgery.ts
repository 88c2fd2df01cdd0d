import { hash } from 'node:crypto';
import type { KnownAgent } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import type { AuditFactOf } from '../audit/audit-rows.store.js';
import { auditIdOf } from '../decisions/decision-id.js';
import type { NewViolation } from '../violations/violation.js';
import type { TrustEvidence } from './trust-evidence.js';
import { FORGED_EVENT } from './trust-mapping.js';
import { dayOf } from './trust-weight.js';

/** In whose name something was said. */
export interface FalseClaim {
  kind: 'agent' | 'service';
  id: string;
}

/** Something refused that somebody has said in the name of another, and who is proven to have said it. */
export interface Forgery {
  organization: Organization;
  /** Whose credentials or key it was, e.g. `agent:demo:echo`. */
  by: string;
  /** The agent that is; null: none, or none that is registered. */
  agent: KnownAgent | null;
  claims: FalseClaim;
  /** `http`, or the stream. */
  channel: string;
  /** What was refused. The same thing is the same text, however often it comes. */
  thing: string;
  at: Date;
}

const DAY_MS = 86_400_000;
/** Forgeries of one forger and UTC day that are told apart: a loop that goes wrong does not count without end. */
export const MOST_A_DAY = 4;

/**
 * What a forgery is known by: the day, and one of a few numbers that follows from what was refused. So the same counts once, and all
 * of a day count no more often than there are numbers, without anybody counting.
 */
export const forgeryId = ({ by, thing, at }: Pick<Forgery, 'by' | 'thing' | 'at'>): string =>
  `forged:${by}:${placeOf(thing, at, MOST_A_DAY)}`;

/** One of so many places of a UTC day, in the form of a stream's id: the same thing has the same one. */
export const placeOf = (thing: string, at: Date, places: number): string =>
  `${dayOf(at) * DAY_MS}-${parseInt(hash('sha256', thing, 'hex').slice(0, 8), 16) % places}`;

const claimed = ({ kind, id }: FalseClaim): string => `${kind}:${id}`;

/** The platform's own observation, about the forger and nobody else: never about whom it pretends to be. */
export function forgeryEvidence(forgery: Forgery): TrustEvidence[] {
  const { organization, agent, claims, channel, at } = forgery;
  if (!agent) return [];
  return [
    {
      ...FORGED_EVENT,
      organizationId: organization.id,
      eventId: forgeryId(forgery),
      agentId: agent.id,
      eventType: 'forged_event',
      source: 'platform',
      reporter: null,
      fingerprint: agent.fingerprint,
      containerId: agent.container,
      context: { channel, claimed: claimed(claims) },
      at,
    },
  ];
}

/** What it is in the list of things somebody may have to look at: under the forger, where that is an agent. */
export const forgeryViolation = (forgery: Forgery): NewViolation => ({
  organizationId: forgery.organization.id,
  reference: forgeryId(forgery),
  kind: 'forged',
  agentId: forgery.agent?.id ?? forgery.claims.id,
  severity: 'major',
  summary: `\`${forgery.by}\` spoke in the name of \`${claimed(forgery.claims)}\``,
  details: { by: forgery.by, claimed: claimed(forgery.claims), channel: forgery.channel },
  decisionId: null,
  at: forgery.at,
});

/** What the audit trail has of it. */
export function forgeryFact(forgery: Forgery): AuditFactOf {
  const [kind = '', ...id] = forgery.by.split(':');
  return {
    organizationId: forgery.organization.id,
    event: {
      eventId: auditIdOf(forgeryId(forgery)),
      type: 'event.forged',
      actor: { kind, id: id.join(':') },
      subject: { kind: forgery.claims.kind, id: forgery.claims.id },
      outcome: 'denied',
      details: { channel: forgery.channel, violation: forgeryId(forgery) },
      source: 'governance',
      traceId: null,
      at: forgery.at,
    },
  };
}
