// What an HTTP answer costs at least: Fastify with one route, nobody to recognize, nothing to check, nothing to log. It sends the text it is
// given, with its ETag, and 304 to whoever has it already.
// Environment: PORT, BODY_FILE (a JSON text), ETAG.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const { PORT, BODY_FILE, ETAG } = process.env;
const body = readFileSync(BODY_FILE, 'utf8');
const fastify = Fastify();

fastify.get('/api/v1/prompts/by-location/:name', (request, reply) => {
  reply.header('etag', ETAG);
  if (request.headers['if-none-match'] === ETAG) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
});

process.once('disconnect', () => process.exit());
await fastify.listen({ port: Number(PORT), host: '127.0.0.1' });
process.send({ type: 'ready' });
