import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { authGateway } from './auth-gateway.ts';

/** The function on a server of Node's, where nobody else runs it. */
const {
  AGION_GATEWAY_URL,
  GATEWAY_HEADER_SECRET,
  SUPABASE_URL,
  SUPABASE_JWT_SECRET,
  HOST,
  PORT = '8790',
} = process.env;
if (!AGION_GATEWAY_URL || !GATEWAY_HEADER_SECRET || !SUPABASE_URL) {
  console.error('AGION_GATEWAY_URL, GATEWAY_HEADER_SECRET and SUPABASE_URL must be set');
  process.exit(1);
}
const answer = authGateway({
  gatewayUrl: AGION_GATEWAY_URL,
  headerSecret: GATEWAY_HEADER_SECRET,
  supabaseUrl: SUPABASE_URL,
  jwtSecret: SUPABASE_JWT_SECRET,
});

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const request = new Request(`http://localhost${url}`, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
    ...(hasBody && { body: Readable.toWeb(incoming) as globalThis.ReadableStream, duplex: 'half' as const }),
    signal: gone.signal,
  });
  const response = await answer(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
  else outgoing.end();
}

const server = createServer((incoming, outgoing) => {
  serve(incoming, outgoing).catch(() => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  });
});
server.listen(Number(PORT), HOST ?? '127.0.0.1', () => console.log(`auth-gateway listens on ${PORT}`));
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
