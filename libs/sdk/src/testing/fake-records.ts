/** An event as it came to a fake platform, by the names of the wire; its JSON fields are read. */
export interface RecordedEntry {
  /** `trust`, `feedback`, `mission`, `decision` or `report`. */
  readonly kind: string;
  /** Under which it is recorded. */
  readonly id: string;
  readonly agentId: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const IDS = ['event_id', 'decision_id', 'report_id'] as const;
const JSON_FIELDS: ReadonlySet<string> = new Set(['context', 'payload', 'usage', 'metrics', 'policies', 'winner']);
const NUMBERS: ReadonlySet<string> = new Set(['impact', 'rating', 'duration_ms', 'policy_revision']);

/** What agents have told, each under its id once. */
export class FakeRecords {
  private readonly entries = new Map<string, RecordedEntry>();

  /** @returns whether it was not known before */
  take({ kind, ...given }: Readonly<Record<string, unknown>>): boolean {
    const fields = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, read(name, value)]));
    const id = IDS.map((name) => given[name]).find((value) => typeof value === 'string') ?? '';
    const key = `${String(kind)} ${id}`;
    if (this.entries.has(key)) return false;
    this.entries.set(key, { kind: String(kind), id, agentId: String(given.agent_id), fields });
    return true;
  }

  /** In the order they came in. */
  of(...kinds: readonly string[]): RecordedEntry[] {
    return [...this.entries.values()].filter(({ kind }) => kinds.includes(kind));
  }
}

function read(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (JSON_FIELDS.has(name)) return JSON.parse(value) as unknown;
  return NUMBERS.has(name) ? Number(value) : value;
}
