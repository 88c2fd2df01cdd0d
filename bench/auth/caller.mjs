// Plays the callers, in a process of its own so that its work is not counted as the servers': connections take the next request of a
// list, wait for the answer, compare it, and go on until as many were sent as were asked for.
import { once } from 'node:events';
import net from 'node:net';
import { quantile } from '../harness/statistics.mjs';
import { readAnswer } from '../http/exchange.mjs';

/** What is wrong with an answer, undefined when it is as expected: the status, and every byte where the body is known. */
function faultOf({ status, body }, expected) {
  if (status !== 200) return `status ${status}: ${body.toString().slice(0, 300)}`;
  if (expected.body !== undefined && !body.equals(Buffer.from(expected.body))) return `another body: ${body}`;
  return undefined;
}

/** One connection. Resolves when there is nothing left to send and its last answer is in. */
async function call({ port, expected }, next, tally) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let sentAt = 0;
  let earlier; // the part of an answer that has come so far
  const send = () => {
    const request = next();
    if (!request) return socket.end();
    sentAt = performance.now();
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (bytes) => {
    const received = earlier ? Buffer.concat([earlier, bytes]) : bytes;
    const answer = readAnswer(received);
    earlier = answer ? undefined : received;
    if (!answer) return;
    tally.durations.push(performance.now() - sentAt);
    const fault = faultOf(answer, expected);
    if (fault) tally.faults.push(fault);
    send();
  });
  socket.on('error', (error) => tally.faults.push(error.message));
  await once(socket, 'close');
}

async function load({ port, requests, count, expected, connections }) {
  const bytes = requests.map((text) => Buffer.from(text, 'base64'));
  const tally = { durations: [], faults: [] };
  let sent = 0;
  const next = () => (sent < count ? bytes[sent++ % bytes.length] : undefined);
  await Promise.all(Array.from({ length: connections }, () => call({ port, expected }, next, tally)));
  const { durations, faults } = tally;
  if (durations.length < count) faults.push(`${count - durations.length} requests were not answered`);
  return { requests: durations.length, wrong: faults.length, firstFault: faults[0], p50: quantile(durations, 0.5) };
}

process.on('message', (message) => {
  if (message.type !== 'load') return;
  load(message).then((result) => process.send({ type: 'load', ...result }));
});
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
