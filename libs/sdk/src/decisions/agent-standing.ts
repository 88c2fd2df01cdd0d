import type { Clock } from '../clock.js';
import type { Fact } from '../policies/remote-policies.js';

/** Milliseconds the agent's trust counts after the platform has told it. */
export const TRUST_HOLDS_MS = 60_000;

/** What the SDK knows of its agent, and for how long. Everything else is the platform's to know. */
export class AgentStanding {
  private trustScore: number | undefined;
  private heardAt = -Infinity;
  private retired = false;
  private refused = false;

  /** @param description as the agent registers itself; what it leaves out is not known here */
  constructor(
    private readonly clock: Clock,
    readonly description: { readonly type?: string | undefined; readonly framework?: string | undefined },
  ) {}

  /** Hears the answer to a registration or a heartbeat. `trust`: 0–1; null when there is none yet. */
  heard({ trust }: { readonly trust: number | null }): void {
    this.trustScore = trust ?? undefined;
    this.heardAt = this.clock.monotonic();
    this.refused = false;
  }

  /** The platform refuses the agent's credentials: until it takes them again, nobody vouches for this process. */
  refuse(): void {
    this.refused = true;
  }

  get isRefused(): boolean {
    return this.refused;
  }

  /** The platform has said that the agent is retired, which is final. */
  retire(): void {
    this.retired = true;
  }

  get isRetired(): boolean {
    return this.retired;
  }

  /** 0–1; undefined when it was never told, or too long ago. */
  get trust(): number | undefined {
    return this.clock.monotonic() - this.heardAt <= TRUST_HOLDS_MS ? this.trustScore : undefined;
  }

  /** Whether conditions that look at a fact can be evaluated here. */
  readonly knows = (fact: Fact): boolean => {
    switch (fact) {
      case 'trust':
        return this.trust !== undefined;
      case 'type':
        return this.description.type !== undefined;
      case 'framework':
        return this.description.framework !== undefined;
      default:
        return false; // tier, status and mode are nowhere told to agents
    }
  };
}
