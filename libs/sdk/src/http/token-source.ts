import { checkedToken, readTokenFile } from '../environment.js';

/**
 * The token of the moment. One that was given stays; one from a file is read again when it is refused; else the one that
 * development mode hands out with each registration.
 */
export class TokenSource {
  private readonly given: string | undefined;
  private readonly file: string | undefined;
  private read: string | undefined;
  private handedOut: string | undefined;

  /** @throws ConfigurationError when the file cannot be read, and for what no header can carry */
  constructor({ token, tokenFile }: { token?: string; tokenFile?: string }) {
    this.given = token === undefined ? undefined : checkedToken(token);
    this.file = tokenFile;
    if (tokenFile !== undefined) this.read = readTokenFile(tokenFile);
  }

  readonly current = (): string | undefined => this.given ?? this.read ?? this.handedOut;

  /** Keeps what a registration answered with. */
  keep(token: string | undefined): void {
    if (token !== undefined) this.handedOut = token;
  }

  /**
   * The platform refuses the current token.
   * @returns whether there is reason to try again: another token, or none, with which development mode hands out a new one
   */
  refused(): boolean {
    if (this.given !== undefined) return false;
    if (this.file !== undefined) return this.readAgain(this.file);
    const had = this.handedOut !== undefined;
    this.handedOut = undefined;
    return had;
  }

  /** Never throws: while a secret is being replaced its file may be away for a moment. */
  private readAgain(file: string): boolean {
    const before = this.read;
    try {
      this.read = readTokenFile(file);
    } catch {
      return false;
    }
    return this.read !== before;
  }
}
