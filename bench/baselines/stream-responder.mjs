// The least a decision over streams takes: reads requests as one consumer of a group, compares one number, appends the answers and
// acknowledges, all of a batch in one pipeline. Checks nothing, writes nothing down, trims nothing.
// Environment: REDIS_URL.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const REQUESTS = 'governance:requests';
const GROUP = 'governance';
const options = { enableAutoPipelining: true };
const commands = new Redis(process.env.REDIS_URL, options);
const reader = new Redis(process.env.REDIS_URL);

function fieldsOf(flat) {
  const fields = {};
  for (let index = 0; index < flat.length; index += 2) fields[flat[index]] = flat[index + 1];
  return fields;
}

function decide({ correlation_id, context }) {
  const decision = JSON.parse(context).amount <= 500 ? 'allow' : 'deny';
  return [
    'correlation_id', correlation_id,
    'decision_id', randomUUID(),
    'decision', decision,
    'allowed', String(decision === 'allow'),
    'reason', 'amount compared with the limit',
    'policy_revision', '2',
    'policies', JSON.stringify([{ policy: 'charts', version: 1, effect: decision, priority: 0 }]),
    'trust_score', '0.5',
    'eval_us', '1.5',
  ]; // prettier-ignore
}

async function respond() {
  for (;;) {
    const reply = await reader.xreadgroup(
      'GROUP', GROUP, 'bare', 'COUNT', 256, 'BLOCK', 5000, 'STREAMS', REQUESTS, '>',
    ); // prettier-ignore
    if (!reply) continue;
    const pipeline = commands.pipeline();
    const ids = [];
    for (const [id, flat] of reply[0][1]) {
      const fields = fieldsOf(flat);
      ids.push(id);
      pipeline.xadd(fields.reply_to, '*', ...decide(fields));
    }
    pipeline.xack(REQUESTS, GROUP, ...ids);
    pipeline.exec();
  }
}

await commands.xgroup('CREATE', REQUESTS, GROUP, '0', 'MKSTREAM');
respond();
process.once('disconnect', () => process.exit());
process.send({ type: 'ready' });
