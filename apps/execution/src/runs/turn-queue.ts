/** A place in the queue, taken before the work is known. */
export interface Seat {
  /** Starts the work when its turn comes. It must not reject. */
  run(work: () => Promise<void>): void;
  /** Gives the place back unused. */
  release(): void;
}

/** Whose work it is; both names are unique among all organizations. */
export interface Claimant {
  readonly caller: string;
  readonly organization: string;
}

/** Why there is no place: none at all, or none more for this caller or this organization. */
export type Refusal = 'full' | 'caller' | 'organization';

export interface QueueBounds {
  /** Turns worked on at once. */
  readonly concurrency: number;
  /** Turns that may wait. */
  readonly places: number;
  /** Seats one caller may hold, working and waiting. */
  readonly perCaller: number;
  /** Seats one organization may hold, working and waiting. */
  readonly perOrganization: number;
}

/** Bounded work: so many at once, so many waiting, no more; and nobody holds more than a share of it. */
export class TurnQueue {
  private readonly callers: Shares;
  private readonly organizations: Shares;
  private taken = 0;
  private working = 0;
  private readonly waiting: { work: () => Promise<void>; leave: () => void }[] = [];
  private idle: PromiseWithResolvers<void> | undefined;

  constructor(private readonly bounds: QueueBounds) {
    this.callers = new Shares(bounds.perCaller);
    this.organizations = new Shares(bounds.perOrganization);
  }

  reserve({ caller, organization }: Claimant): Seat | Refusal {
    if (this.taken >= this.bounds.concurrency + this.bounds.places) return 'full';
    if (this.callers.isUsedUp(caller)) return 'caller';
    if (this.organizations.isUsedUp(organization)) return 'organization';
    this.taken += 1;
    this.callers.take(caller);
    this.organizations.take(organization);
    const leave = (): void => {
      this.callers.give(caller);
      this.organizations.give(organization);
      this.leave();
    };
    let used = false;
    const once = (what: () => void): void => {
      if (used) return;
      used = true;
      what();
    };
    return {
      run: (work) =>
        once(() => {
          this.waiting.push({ work, leave });
          this.next();
        }),
      release: () => once(leave),
    };
  }

  /** Resolves when nothing works or waits. */
  whenIdle(): Promise<void> {
    if (this.taken === 0) return Promise.resolve();
    this.idle ??= Promise.withResolvers<void>();
    return this.idle.promise;
  }

  private next(): void {
    if (this.working >= this.bounds.concurrency) return;
    const first = this.waiting.shift();
    if (!first) return;
    this.working += 1;
    void first.work().finally(() => {
      this.working -= 1;
      first.leave();
      this.next();
    });
  }

  private leave(): void {
    this.taken -= 1;
    if (this.taken > 0) return;
    this.idle?.resolve();
    this.idle = undefined;
  }
}

/** What each name holds of something; names that hold nothing cost nothing. */
class Shares {
  private readonly held = new Map<string, number>();

  constructor(private readonly most: number) {}

  isUsedUp(name: string): boolean {
    return (this.held.get(name) ?? 0) >= this.most;
  }

  take(name: string): void {
    this.held.set(name, (this.held.get(name) ?? 0) + 1);
  }

  give(name: string): void {
    const left = (this.held.get(name) ?? 0) - 1;
    if (left > 0) this.held.set(name, left);
    else this.held.delete(name);
  }
}
