import type { Thumb } from '@agion/dto';
import type { TrustSource } from '@agion/wire';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { ratingOfThumb, valueOfRating } from '../trust/trust-mapping.js';

/** What somebody said about an agent's work. */
export interface Feedback {
  organizationId: string;
  id: string;
  agentId: string;
  /** 1 to 5 */
  rating: number;
  comment: string | null;
  executionId: string | null;
  /** Who is proven to have given it. */
  author: string | null;
  /** Whom it names, proven or not. */
  claimedUser: string | null;
  source: TrustSource;
  at: Date;
}

/** A rating, or the one a thumb counts as. */
export const ratingOf = ({ rating, thumb }: { rating?: number; thumb?: Thumb }): number =>
  rating ?? ratingOfThumb(thumb ?? 'down');

/** What feedback says about the agent. @param fingerprint of its build */
export const feedbackEvidence = (feedback: Feedback, fingerprint: string): TrustEvidence => ({
  ...valueOfRating(feedback.rating),
  organizationId: feedback.organizationId,
  eventId: `feedback:${feedback.id}`,
  agentId: feedback.agentId,
  eventType: 'feedback_given',
  source: feedback.source,
  reporter: feedback.author,
  fingerprint,
  context: { rating: feedback.rating, ...(feedback.executionId && { execution_id: feedback.executionId }) },
  at: feedback.at,
});
