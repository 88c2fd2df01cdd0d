import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '@agion/service-kit';
import { readRunAgentInput } from './run-agent-input.js';

const user = (content: unknown): object => ({ id: 'm-1', role: 'user', content });
const input = (...messages: object[]): object => ({ threadId: 't-1', runId: 'r-1', messages });

function pointersOf(body: unknown): string[] {
  try {
    readRunAgentInput(body);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return (error.details.errors ?? []).map(({ pointer }) => pointer);
  }
}

describe('an AG-UI request', () => {
  it('is read as its 1.0 client sends it, unknown fields and all', () => {
    const body = {
      ...input({ id: 'a', role: 'developer', content: 'Be brief.' }, user('Rain?')),
      protocolVersion: '1.0',
      state: { deep: [1] },
      tools: [{ name: 'x', description: '', parameters: {} }],
      context: [{ description: 'd', value: 'v' }],
      forwardedProps: { agui: {} },
      parentRunId: 'r-0',
      fromTheFuture: true,
    };
    expect(readRunAgentInput(body)).toEqual({
      runId: 'r-1',
      threadId: 't-1',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Rain?' },
      ],
    });
  });

  it('may hold text in parts', () => {
    const { messages } = readRunAgentInput(
      input(
        user([
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
      ),
    );
    expect(messages).toEqual([{ role: 'user', content: 'a\nb' }]);
  });

  it('keeps the spoken part of a conversation with tools, activities and reasoning', () => {
    const { messages } = readRunAgentInput(
      input(
        user('Rain?'),
        { role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 'w', arguments: '{}' } }] },
        { role: 'tool', content: '12 °C', toolCallId: 'c' },
        { role: 'activity', activityType: 'x', content: {} },
        { role: 'reasoning', content: 'hm' },
        { role: 'assistant', content: 'No.' },
        user('Sure?'),
      ),
    );
    expect(messages.map(({ content }) => content)).toEqual(['Rain?', 'No.', 'Sure?']);
  });

  it.each([
    ['null', null, ['']],
    ['an array', [], ['']],
    ['an empty object', {}, ['/threadId', '/runId', '/messages']],
    ['a run id that could leave its key', { ...input(user('x')), runId: 'a/b' }, ['/runId']],
    ['no messages', input(), ['/messages']],
    ['no question', input({ role: 'assistant', content: 'x' }), ['/messages']],
    ['an unknown role', input({ role: 'robot', content: 'x' }), ['/messages/0/role']],
    ['a message that is none', { ...input(), messages: ['x'] }, ['/messages/0']],
    [
      'an image',
      input(
        user([
          { type: 'text', text: 'a' },
          { type: 'image', source: {} },
        ]),
      ),
      ['/messages/0/content/1'],
    ],
    ['no content', input(user(undefined)), ['/messages/0/content']],
    ['a part that is null', input(user([null])), ['/messages/0/content/0']],
    ['an interrupt to resume', { ...input(user('x')), resume: [{ interruptId: 'i' }] }, ['/resume']],
  ])('is refused for %s, with pointers', (_, body, pointers) => {
    const found = pointersOf(body);
    for (const pointer of pointers) expect(found.some((each) => each.startsWith(pointer))).toBe(true);
    expect(found.length).toBeGreaterThan(0);
  });
});
