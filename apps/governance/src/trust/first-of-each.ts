/** One row for each key, the first, in the order given: where several claim one identity in one batch, the first counts. */
export function firstOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const once = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    if (!once.has(key)) once.set(key, row);
  }
  return [...once.values()];
}
