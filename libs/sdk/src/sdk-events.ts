import { type Logger, SILENT_LOGGER } from '@agion/messaging';
import type { AgionError } from './errors.js';

/** What an SDK tells its program, by name. */
export interface SdkEventMap {
  /** `initialize()` is done. */
  ready: { agentId: string; organization: string; policyRevision: number };
  /** Another set of policies is in force. */
  'policies-updated': { revision: number; previousRevision: number; policies: number; source: 'gateway' | 'snapshot' };
  /** A set was offered that is not to be trusted (signature, digest, faulty policy); the last one stays in force. */
  'policies-rejected': { reason: string; revision?: number };
  /** Policies have not been confirmed for longer than `maxStalenessMs`: the fail mode is in force. */
  stale: { revision: number; ageMs: number };
  /** They are confirmed again. */
  fresh: { revision: number };
  /** The kill switch is on: nothing is allowed. */
  stopped: { epoch: number };
  /** The kill switch is off again. */
  resumed: { epoch: number };
  /** Something in the background failed and will be tried again. Nobody has to listen. */
  error: { error: AgionError };
}

export type SdkEventName = keyof SdkEventMap;

/** One event with its name in `type`. */
export type SdkEvent = { [Name in SdkEventName]: { type: Name } & SdkEventMap[Name] }[SdkEventName];

/** Hears events of one name. */
export type SdkListener<Name extends SdkEventName> = (event: Extract<SdkEvent, { type: Name }>) => void;

/** Tells listeners, one after the other. A listener that throws is logged and hurts nobody else. */
export class SdkEvents {
  private readonly listeners = new Map<SdkEventName, Set<(event: never) => void>>();

  constructor(private readonly logger: Logger = SILENT_LOGGER) {}

  /** Begins to listen and returns the function that ends it. */
  on<Name extends SdkEventName>(name: Name, listener: SdkListener<Name>): () => void {
    const present = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, present.add(listener));
    return () => void present.delete(listener);
  }

  readonly emit = (event: SdkEvent): void => {
    for (const listener of [...(this.listeners.get(event.type) ?? [])]) {
      try {
        listener(event as never);
      } catch (error) {
        this.logger.error({ event: event.type, error: String(error) }, 'a listener of the sdk failed');
      }
    }
  };
}
