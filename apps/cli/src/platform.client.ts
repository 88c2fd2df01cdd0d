import { givenPlatform } from './doctor/given.js';

/** The platform could not be asked, or refused to answer; ends a command with 3. */
export class PlatformError extends Error {
  constructor(
    message: string,
    readonly status?: number,
    /** Of problem+json: what is wrong with what was sent. */
    readonly faults: readonly { pointer: string; detail: string; line?: number; column?: number }[] = [],
  ) {
    super(message);
  }
}

export interface PlatformAnswer {
  readonly body: unknown;
  readonly etag: string | null;
}

interface Problem {
  title?: string;
  detail?: string;
  hint?: string;
  errors?: PlatformError['faults'];
}

const PATIENCE = 60_000;

/** Speaks to the gateway of AGION_GATEWAY_URL with AGION_TOKEN, else to the platform that `npm start` runs here. */
export class PlatformClient {
  private constructor(
    private readonly url: string,
    private readonly token: string | undefined,
  ) {}

  static given(): PlatformClient {
    const { gatewayUrl, agent } = givenPlatform();
    return new PlatformClient(gatewayUrl.replace(/\/+$/, ''), agent.token);
  }

  /** @throws PlatformError for all but 2xx */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<PlatformAnswer> {
    const response = await this.send(method, path, body, headers);
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok) return { body: answer, etag: response.headers.get('etag') };
    const { title, detail, hint, errors = [] } = (answer ?? {}) as Problem;
    const what = [`${method} ${path}: ${response.status} ${title ?? response.statusText}`, detail, hint && `→ ${hint}`];
    const token =
      response.status === 401 && this.token === undefined ? 'set AGION_TOKEN or AGION_TOKEN_FILE' : undefined;
    const faults = errors.map((fault) => `\n  ${fault.pointer || '/'} ${fault.detail}`).join('');
    throw new PlatformError(`${[...what, token].filter(Boolean).join(': ')}${faults}`, response.status, errors);
  }

  /** All items of a list, page by page. @throws PlatformError */
  async *all<Item>(path: string): AsyncGenerator<Item> {
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await this.call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${from}`);
      const page = body as { items: Item[]; next_cursor: string | null };
      yield* page.items;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  private async send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        headers: {
          ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
      const why = cause?.code ?? message;
      throw new PlatformError(
        `the platform at ${this.url} cannot be reached: ${why} (AGION_GATEWAY_URL says where it is)`,
      );
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
