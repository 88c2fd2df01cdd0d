import { containerOf, DEAD, replyStreamKey, STREAMS, streamKey } from '@agion/wire';

/** Where an answer goes. */
export interface ReplyTarget {
  stream: string;
  /** The request has named it: it may turn out to be a key of another kind. */
  named: boolean;
}

/** What a container may call one of its processes in the name of a stream. */
const INSTANCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The stream a request is answered on: the one all containers share, or the one it names. It may name the stream of its own
 * container, or of one instance of it, in its own organization, to the letter. Null for anything else: it must get no answer, or
 * governance would write for an agent where the agent may not.
 */
export function replyTarget(replyTo: string | undefined, agentId: string, slug: string): ReplyTarget | null {
  if (replyTo === undefined) return { stream: streamKey(slug, STREAMS.governanceResponses), named: false };
  const container = containerOf(agentId);
  // `…:dead` is where dead letters of a stream go.
  if (container === null || container === DEAD) return null;
  const own = replyStreamKey(slug, container);
  if (replyTo !== own) {
    if (!replyTo.startsWith(`${own}:`)) return null;
    const instance = replyTo.slice(own.length + 1);
    if (!INSTANCE.test(instance) || instance === DEAD) return null;
  }
  return { stream: replyTo, named: true };
}
