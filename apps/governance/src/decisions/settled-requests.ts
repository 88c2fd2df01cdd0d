/** Requests this process is done with, by their entries. A batch that took too long is handled once more while it still goes on. */
export class SettledRequests {
  private readonly entries = new Set<string>();

  /** @param most of them; of more the oldest are forgotten */
  constructor(private readonly most: number) {}

  has(entry: SettledEntry): boolean {
    return this.entries.has(keyOf(entry));
  }

  add(entries: readonly SettledEntry[]): void {
    for (const entry of entries) this.entries.add(keyOf(entry));
    for (const oldest of this.entries) {
      if (this.entries.size <= this.most) return;
      this.entries.delete(oldest);
    }
  }
}

/** An entry of the stream of an organization. */
export interface SettledEntry {
  readonly id: string;
  readonly organization: { readonly id: string };
}

const keyOf = ({ id, organization }: SettledEntry): string => `${organization.id} ${id}`;
