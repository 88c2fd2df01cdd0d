/**
 * Requests this process is done with, by their entries. A batch that took too long is handled once more while it still goes on. Kept in
 * two halves, of which the older is let go as a whole: removing the oldest one by one from a set leaves holes it has to walk over.
 */
export class SettledRequests {
  private recent = new Set<string>();
  private earlier = new Set<string>();

  /** @param least of the latest that are known, and half of the most */
  constructor(private readonly least: number) {}

  has(entry: SettledEntry): boolean {
    const key = keyOf(entry);
    return this.recent.has(key) || this.earlier.has(key);
  }

  add(entries: readonly SettledEntry[]): void {
    for (const entry of entries) {
      if (this.recent.size >= this.least) [this.earlier, this.recent] = [this.recent, new Set()];
      this.recent.add(keyOf(entry));
    }
  }
}

/** An entry of the stream of an organization. */
export interface SettledEntry {
  readonly id: string;
  readonly organization: { readonly id: string };
}

const keyOf = ({ id, organization }: SettledEntry): string => `${organization.id} ${id}`;
