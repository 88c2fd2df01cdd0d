import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { OutgoingError, type OutgoingFailure } from './outgoing.errors.js';

/** Calls in a row without an answer after which an origin is left alone. */
const FAILURES = 5;
/** Milliseconds it is left alone first, and at most; each time it fails again twice as long, spread by chance. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** Origins that are remembered; those not called for longest are forgotten first. */
const MOST_ORIGINS = 1_000;

const isUnanswered = (error: unknown): boolean =>
  error instanceof OutgoingError && (['unreachable', 'timeout'] as OutgoingFailure[]).includes(error.reason);

/**
 * A circuit for each origin: one that has not answered several times in a row is not called for a moment, so that its callers fail at
 * once instead of waiting for their time-out. Then a single call tries whether it is back. Any answer counts as one, also a 503.
 */
export class OriginCircuits {
  private readonly circuits = new LRUCache<string, CircuitBreakerPolicy>({ max: MOST_ORIGINS });

  /** @param onOpened hears of each origin that is left alone from now on */
  constructor(private readonly onOpened: () => void = () => undefined) {}

  /**
   * @param countedFor whose calls count together: nobody can have an origin left alone for somebody else
   * @throws OutgoingError `left-alone` without a call; else what the call throws
   */
  async call<Answer>(origin: string, countedFor: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await this.circuitOf(`${countedFor} ${origin}`).execute(call);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new OutgoingError('left-alone', `\`${origin}\` has not answered ${FAILURES} times, and is left alone`);
    }
  }

  private circuitOf(key: string): CircuitBreakerPolicy {
    const known = this.circuits.get(key);
    if (known) return known;
    const pause = new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS, maxDelay: LONGEST_PAUSE_MS });
    const breaker = new ConsecutiveBreaker(FAILURES);
    const circuit = circuitBreaker(handleWhen(isUnanswered), { halfOpenAfter: pause, breaker });
    circuit.onStateChange((state) => {
      if (state === CircuitState.Open) this.onOpened();
    });
    this.circuits.set(key, circuit);
    return circuit;
  }
}
