// Plays the callers, in a process of its own so that its work is not counted as the server's: each connection sends a request, waits for the
// answer, compares it and sends the next.
import { once } from 'node:events';
import net from 'node:net';
import { quantile } from '../harness/statistics.mjs';
import { faultOf, readAnswer } from './exchange.mjs';

/** What one round has seen, of all connections together. */
class Tally {
  durations = [];
  wrong = 0;
  firstFault;

  right(duration) {
    this.durations.push(duration);
  }

  fault(text) {
    this.wrong++;
    this.firstFault ??= text;
  }
}

/** One caller. Resolves when time is up and its last answer is in. */
async function call({ port, request, expected, until }, tally) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let sentAt = 0;
  let earlier; // the part of an answer that has come so far
  const send = () => {
    sentAt = performance.now();
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (bytes) => {
    const received = earlier ? Buffer.concat([earlier, bytes]) : bytes;
    const answer = readAnswer(received);
    earlier = answer ? undefined : received;
    if (!answer) return;
    const now = performance.now();
    const fault = faultOf(answer, expected);
    if (fault) tally.fault(fault);
    else tally.right(now - sentAt);
    if (now >= until) socket.end();
    else send();
  });
  socket.on('end', () => {
    if (performance.now() < until) tally.fault('the server closed the connection');
  });
  socket.on('error', (error) => tally.fault(error.message));
  await once(socket, 'close');
}

async function load({ port, request, expected, seconds, connections }) {
  const tally = new Tally();
  const startedAt = performance.now();
  const plan = {
    port,
    request: Buffer.from(request, 'base64'),
    expected: { ...expected, body: Buffer.from(expected.body) },
    until: startedAt + seconds * 1_000,
  };
  await Promise.all(Array.from({ length: connections }, () => call(plan, tally)));
  const { durations, wrong, firstFault } = tally;
  const elapsed = (performance.now() - startedAt) / 1_000;
  const latency = durations.length > 0 ? { p50: quantile(durations, 0.5), p99: quantile(durations, 0.99) } : {};
  return { requests: durations.length + wrong, wrong, firstFault, perSecond: durations.length / elapsed, ...latency };
}

process.on('message', (message) => {
  if (message.type !== 'load') return;
  load(message).then((result) => process.send({ type: 'load', ...result }));
});
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
