import type { KnownAgent } from '@agion/service-kit';
import type { TrustEventEntryDto } from '@agion/dto';
import type { Organization } from '@agion/wire';
import type { TrustSource } from '@agion/wire';
import type { TrustEvidence } from './trust-evidence.js';
import { dimensionOf, valueOf } from './trust-mapping.js';

/** What is known of an event besides its fields. */
export interface EventOrigin {
  organization: Organization;
  agent: KnownAgent;
  source: TrustSource;
  /** As proven; null: nobody. */
  reporter: string | null;
  /** The identity of an event that has none of its own. */
  fallbackId: string;
  at: Date;
}

/** The evidence an event is, on a stream or over HTTP. */
export const evidenceOf = (
  { event_id: eventId, event_type: eventType, severity, impact, dimension, context }: TrustEventEntryDto,
  { organization, agent, source, reporter, fallbackId, at }: EventOrigin,
): TrustEvidence => ({
  organizationId: organization.id,
  eventId: eventId ?? fallbackId,
  agentId: agent.id,
  eventType,
  ...valueOf(eventType, severity, impact),
  dimension: dimension ?? dimensionOf(eventType),
  source,
  reporter,
  fingerprint: agent.fingerprint,
  containerId: agent.container,
  context: context ?? null,
  at,
});
