import type { FastifyBaseLogger } from 'fastify';

type Line = [object];

/**
 * `request.log`, made into a child of the service's logger by its first line. Few requests write one besides the line at their end, and
 * a child is not cheap: secrets are looked for in its bindings.
 */
export class RequestLogger implements FastifyBaseLogger {
  private made: FastifyBaseLogger | undefined;

  constructor(
    private readonly logger: FastifyBaseLogger,
    private readonly bindings: Record<string, unknown>,
  ) {}

  get level(): string {
    return this.logger.level;
  }

  fatal(...line: unknown[]): void {
    this.own.fatal(...(line as Line));
  }

  error(...line: unknown[]): void {
    this.own.error(...(line as Line));
  }

  warn(...line: unknown[]): void {
    this.own.warn(...(line as Line));
  }

  info(...line: unknown[]): void {
    this.own.info(...(line as Line));
  }

  debug(...line: unknown[]): void {
    this.own.debug(...(line as Line));
  }

  trace(...line: unknown[]): void {
    this.own.trace(...(line as Line));
  }

  silent(): void {}

  child(...options: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.own.child(...options);
  }

  private get own(): FastifyBaseLogger {
    return (this.made ??= this.logger.child(this.bindings));
  }
}
