/** Bytes; a heartbeat takes 8192. */
const MOST_BYTES = 6_000;

/** As many of the versions in use as a heartbeat has room for, the last used first. */
export function appliedConfig(versions: Readonly<Record<string, number>>): Record<string, number> {
  const told: Record<string, number> = {};
  let bytes = 2;
  for (const [key, version] of Object.entries(versions)) {
    bytes += Buffer.byteLength(JSON.stringify({ [key]: version }));
    if (bytes > MOST_BYTES) break;
    told[key] = version;
  }
  return told;
}
