/** What is used of an answer of Node or Express. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** What is used of a reply of Fastify. */
export interface FastifyReplyLike {
  readonly sent: boolean;
  readonly raw: object;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(text: string): unknown;
}

export type GovernedResponse = NodeResponse | FastifyReplyLike;

/** Express's answer is Node's own; Fastify's reply holds it. Neither can be made to look like the other by a request. */
const isFastify = (response: GovernedResponse): response is FastifyReplyLike =>
  'raw' in response && typeof response.raw === 'object' && 'code' in response && typeof response.code === 'function';

/** Whether somebody has answered already. */
export const isAnswered = (response: GovernedResponse): boolean =>
  isFastify(response) ? response.sent : response.headersSent;

/** Answers with a problem (RFC 9457). */
export function answerProblem(
  response: GovernedResponse,
  problem: { status: number } & Record<string, unknown>,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (isAnswered(response)) return;
  const text = JSON.stringify({ type: 'about:blank', ...problem });
  const all = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers };
  if (isFastify(response)) {
    response.code(problem.status);
    for (const [name, value] of Object.entries(all)) response.header(name, value);
    response.send(text);
  } else {
    response.statusCode = problem.status;
    for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
    response.end(text);
  }
}

/** Resolves when the answer is out, or nobody is there any more to take it. */
export async function answered(response: GovernedResponse): Promise<void> {
  const raw = (isFastify(response) ? response.raw : response) as Partial<NodeJS.WritableStream> & {
    writableFinished?: boolean;
    destroyed?: boolean;
  };
  if (raw.writableFinished || raw.destroyed || !raw.once) return;
  await new Promise<void>((resolve) => {
    raw.once?.('finish', resolve);
    raw.once?.('close', resolve);
  });
}
