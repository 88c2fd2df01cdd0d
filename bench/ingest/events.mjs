import { v7 as uuidv7 } from 'uuid';

/** One in so many is told once more. */
const REPEATED = 20;
/** One in so many is critical, where the audit trail has part in it. */
export const CRITICAL = 100;

/** An event about one of the agents, with a context as agents give them. */
const eventOf = (agents, number) => ({
  event_id: uuidv7(),
  agent_id: agents[(number * 7) % agents.length],
  event_type: 'task_completed',
  severity: number % 5 === 0 ? 'minor' : 'positive',
  impact: number % 5 === 0 ? '-0.05' : '0.05',
  context: `{"execution_id":"exec_${number}","duration_ms":1200,"tokens":345,"model":"small"}`,
});

/**
 * So many entries; some are an earlier one once more.
 * @param signed makes the entry of a critical event, which sets a ceiling and leaves a fact in the trail; without it there are none
 * @returns `{entries, distinct, critical}`
 */
export function makeEntries(count, agents, signed) {
  const entries = [];
  let [distinct, critical] = [0, 0];
  for (let number = 0; number < count; number++) {
    if (number > REPEATED && number % REPEATED === 0) {
      entries.push(entries[number - REPEATED + 1]);
      continue;
    }
    const event = eventOf(agents, number);
    distinct += 1;
    if (signed && number % CRITICAL === 1) {
      critical += 1;
      entries.push(signed({ ...event, severity: 'critical', impact: '-0.05', event_type: 'security_breach' }));
    } else entries.push(event);
  }
  return { entries, distinct, critical };
}
