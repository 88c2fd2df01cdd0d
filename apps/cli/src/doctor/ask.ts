/** An answer over HTTP, or why there is none. */
export type HttpAnswer =
  | {
      readonly status: number;
      readonly body: unknown;
      readonly date: string | null;
      readonly asked: number;
      readonly answered: number;
    }
  | { readonly failure: string };

const PATIENCE = 4_000;

/** GETs a page of JSON; never throws. */
export async function ask(url: string, token?: string): Promise<HttpAnswer> {
  const asked = Date.now();
  try {
    const response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const answered = Date.now();
    const text = await response.text();
    return { status: response.status, body: parsed(text), date: response.headers.get('date'), asked, answered };
  } catch (error) {
    const { cause, message, name } = error as Error & { cause?: NodeJS.ErrnoException };
    return {
      failure: name === 'TimeoutError' ? `no answer within ${PATIENCE} ms` : (cause?.code ?? cause?.message ?? message),
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
