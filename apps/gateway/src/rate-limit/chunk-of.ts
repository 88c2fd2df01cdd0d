/** Chunks a window is taken in: a fiftieth keeps what a replica may leave unused at 2 % of the limit. */
export const chunkOf = (points: number): number => Math.max(1, Math.floor(points / 50));
