/** A request as it goes out. */
export interface OutgoingRequest {
  readonly method: string;
  /** Path and query, below the URL of the platform. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer, complete. */
export interface IncomingAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
  /** The value of a header, named in lower case. */
  header(name: string): string | null;
}

/** A request under way. */
export interface Exchange {
  /** Rejected with the reason when there is none, or when it leads elsewhere: a token would go along. */
  readonly answer: Promise<IncomingAnswer>;
  /** Ends it, wherever it is. */
  cancel(): void;
}

/** Carries requests to the platform. Never throws. */
export type Transport = (request: OutgoingRequest) => Exchange;
