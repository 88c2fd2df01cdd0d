import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { allowedHostOf, OutgoingClient, outgoingFetch } from '@agion/service-kit';
import { eventually, freePorts, startCanary } from '@agion/testing';
import { DemoLlm } from '../src/llm/demo.llm.js';
import type { Llm } from '../src/llm/llm.port.js';
import { OpenAiLlm, type OpenAiOptions } from '../src/llm/openai.llm.js';
import { answer, describeLlm } from './describe-llm.js';
import { startOpenAiServer, type OpenAiServer, type Script } from './openai-server.js';

const openAiLlm = ({ baseUrl, ...options }: Omit<OpenAiOptions, 'fetch'>): OpenAiLlm => {
  const outgoing = new OutgoingClient({ allowed: [allowedHostOf(new URL(baseUrl))] });
  return new OpenAiLlm({ baseUrl, fetch: outgoingFetch(outgoing), ...options });
};

const PIECES = ['It', ' is', ' raining', ' in', ' London', ' 🌧️', '.'];

describeLlm('the demo model', () => new DemoLlm(5));

describe('an OpenAI-compatible model', () => {
  let server: OpenAiServer;
  beforeAll(async () => {
    server = await startOpenAiServer({ pieces: PIECES });
  });
  afterAll(() => server.close());

  describeLlm('it', () => openAiLlm({ baseUrl: server.baseUrl, model: 'test-model' }));

  it('is asked for a stream, with the key and the conversation', async () => {
    const llm = openAiLlm({ baseUrl: server.baseUrl, model: 'test-model', apiKey: 'key-1' });
    const pieces = await answer(llm, [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
    ]);
    expect(pieces.join('')).toBe(PIECES.join(''));
    expect(server.requests.at(-1)).toMatchObject({
      url: '/v1/chat/completions',
      authorization: 'Bearer key-1',
      body: {
        model: 'test-model',
        stream: true,
        messages: [{ role: 'system' }, { role: 'user', content: 'Weather?' }],
      },
    });
  });

  it('lets go of the connection when it is stopped', async () => {
    const stop = new AbortController();
    const slow = await startOpenAiServer({ pieces: PIECES, ending: 'silence' });
    const reading = answer(
      openAiLlm({ baseUrl: slow.baseUrl, model: 'm' }),
      [{ role: 'user', content: 'x' }],
      stop.signal,
    );
    await eventually(() => expect(slow.open()).toBe(1));
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await eventually(() => expect(slow.open()).toBe(0));
    await slow.close();
  });
});

describe('what a failing provider looks like from outside', () => {
  let server: OpenAiServer | undefined;
  afterEach(() => server?.close());

  const ask = async (script: Script, options: Partial<OpenAiOptions> = {}): Promise<string[]> => {
    server = await startOpenAiServer(script);
    const llm: Llm = openAiLlm({ baseUrl: server.baseUrl, model: 'm', ...options });
    return answer(llm, [{ role: 'user', content: 'x' }]);
  };

  it.each([
    [401, 'LLM_UNAUTHORIZED'],
    [400, 'LLM_REJECTED'],
    [429, 'LLM_RATE_LIMITED'],
    [500, 'LLM_FAILED'],
  ])('status %d is %s and tells nothing of the provider', async (status, code) => {
    const failing = ask({ pieces: [], status });
    await expect(failing).rejects.toMatchObject({ name: 'LlmError', code });
    await expect(failing).rejects.not.toThrow(/secret-host/);
  });

  it('a server that is not there is LLM_UNREACHABLE', async () => {
    const [port] = await freePorts(1);
    const llm = openAiLlm({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'm' });
    await expect(answer(llm, [{ role: 'user', content: 'x' }])).rejects.toMatchObject({ code: 'LLM_UNREACHABLE' });
  });

  it('a redirect to where nobody vouches for is LLM_UNREACHABLE, and the key stays at home', async () => {
    const canary = await startCanary();
    const provider = await startCanary((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${canary.port}/v1/chat/completions` }).end();
    });
    const llm = openAiLlm({ baseUrl: `http://127.0.0.1:${provider.port}/v1`, model: 'm', apiKey: 'key-1' });
    await expect(answer(llm, [{ role: 'user', content: 'x' }])).rejects.toMatchObject({ code: 'LLM_UNREACHABLE' });
    expect([provider.heard.length > 0, canary.connections]).toEqual([true, 0]);
    await Promise.all([provider.close(), canary.close()]);
  });

  it('an answer that stops coming is LLM_TIMEOUT', async () => {
    await expect(ask({ pieces: ['a'], ending: 'silence' }, { pieceMs: 100 })).rejects.toMatchObject({
      code: 'LLM_TIMEOUT',
    });
    await server?.close();
    await expect(ask({ pieces: [], ending: 'silence' }, { firstPieceMs: 100 })).rejects.toMatchObject({
      code: 'LLM_TIMEOUT',
    });
  });

  it('half an answer is a failure of its own, never an answer', async () => {
    for (const ending of ['cut', 'error'] as const) {
      await expect(ask({ pieces: ['a', 'b'], ending })).rejects.toMatchObject({
        code: 'LLM_BROKEN_OFF',
        message: 'the model broke its answer off',
      });
      await server?.close();
    }
  });
});
