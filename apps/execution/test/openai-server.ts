import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What the server was asked. */
export interface ReceivedRequest {
  url: string;
  authorization: string | undefined;
  body: { model: string; stream: boolean; messages: { role: string; content: unknown }[] };
}

/** A server that speaks the streaming side of the OpenAI chat-completions protocol. */
export interface OpenAiServer {
  readonly baseUrl: string;
  readonly requests: ReceivedRequest[];
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

export interface Script {
  pieces: string[];
  /** Milliseconds before each piece. */
  paceMs?: number;
  /** Answers this status instead. */
  status?: number;
  /** After the pieces: ends properly, cuts the connection, falls silent, or reports an error in the stream. */
  ending?: 'stop' | 'cut' | 'silence' | 'error';
}

export async function startOpenAiServer(script: Script): Promise<OpenAiServer> {
  const requests: ReceivedRequest[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
    void receive(request).then((received) => {
      requests.push(received);
      return play(script, received.body.model, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests, open: () => open, close: () => closeServer(server) };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedRequest['body'];
  return { url: request.url ?? '', authorization: request.headers.authorization, body };
}

async function play(
  { pieces, paceMs = 5, status, ending = 'stop' }: Script,
  model: string,
  response: ServerResponse,
): Promise<void> {
  if (status !== undefined) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'secret-host.internal said no', type: 'server_error' } }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'chat-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  response.write(chunk({ role: 'assistant', content: '' }));
  for (const content of pieces) {
    await delay(paceMs);
    if (!response.writable) return;
    response.write(chunk({ content }));
  }
  if (ending === 'silence') return;
  if (ending === 'cut') response.destroy();
  else if (ending === 'error') response.end(`data: ${JSON.stringify({ error: { message: 'overloaded' } })}\n\n`);
  else response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
