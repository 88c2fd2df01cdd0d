const DAY_MS = 86_400_000;

/**
 * Waits for the next day (UTC) when this one has less than `forMs` left: for suites in which what happens first and what is asked
 * last have to be of one day.
 */
export async function clearOfMidnight(forMs = 30_000): Promise<void> {
  const leftMs = DAY_MS - (Date.now() % DAY_MS);
  if (leftMs < forMs) await new Promise((resolve) => setTimeout(resolve, leftMs + 10));
}
