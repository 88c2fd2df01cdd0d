/** What every error of this package is. */
export class AgionError extends Error {
  override readonly name: string = 'AgionError';
}
