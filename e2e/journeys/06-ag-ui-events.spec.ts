import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { parsed } from '../ag-ui-client.js';
import { type EventReader, openEvents } from '../event-reader.js';
import { type Platform, startPlatform } from '../platform.js';

const PROTOBUF = 'application/vnd.ag-ui.event+proto';

let platform: Platform;
let ada: string;

beforeAll(async () => {
  platform = await startPlatform();
  ada = await platform.person('viewer', { subject: 'ada' });
}, 60_000);
afterAll(() => platform?.stop());

const listen = (query: string, headers: Record<string, string> = {}): Promise<EventReader> =>
  openEvents(`${platform.url}/ag-ui/events${query}`, { headers: { authorization: `Bearer ${ada}`, ...headers } });

describe('GET /ag-ui/events', () => {
  it('answers the default question in the older frames, and echoes the session', async () => {
    const reader = await listen('', { 'x-session-id': 'session-1', accept: '*/*' });
    const events = await reader.rest();
    expect(reader.headers.get('x-session-id')).toBe('session-1');
    expect(parsed(events)).toMatchObject([{ event_type: 'AGENT_RESPONSE', data: {} }]);
    expect(events[0]?.data).toContain('“What is the weather like in London?”');
    expect(reader.text()).not.toContain('"type"');
  });

  it('makes a session where none is given', async () => {
    const reader = await listen('?user_message=Hello');
    expect(reader.headers.get('x-session-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await reader.rest())[0]?.data).toContain('“Hello”');
  });

  it('ends the reconnecting of an EventSource with 204, session and all', async () => {
    const first = await listen('?user_message=Once', { 'x-session-id': 's' });
    const [answer] = await first.rest();
    const again = await eventually(async () => {
      const reader = await listen('?user_message=Once', { 'last-event-id': answer?.id ?? '' });
      await reader.rest();
      expect(reader.status).toBe(204);
      return reader;
    });
    expect(again.text()).toBe('');
  });

  it.each([
    [{ accept: PROTOBUF }, 406],
    [{ accept: `text/event-stream, ${PROTOBUF}` }, 406],
    [{ accept: 'application/json' }, 406],
    [{ 'x-session-id': 'a b' }, 422],
  ])('refuses %j with %d', async (headers, status) => {
    expect((await listen('', headers as unknown as Record<string, string>)).status).toBe(status);
  });

  it('refuses an unknown query', async () => {
    expect((await listen('?message=x')).status).toBe(422);
  });
});
