import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FORBIDDEN_HOSTS, startCanary, type Canary, type CanaryAnswer } from '@agion/testing';
import { buildConnector } from 'undici';
import { OutgoingClient, type OutgoingOptions } from '../src/outgoing/outgoing.client.js';
import { PUBLIC_ADDRESS, smallInternet } from './small-internet.js';

let canary: Canary;
let control: Canary;
let answer: CanaryAnswer;
let client: OutgoingClient;
const clients: OutgoingClient[] = [];

/** A client for which the scheme and the port are no wall: only addresses are. */
function makeClient(options: OutgoingOptions = {}): OutgoingClient {
  const made = new OutgoingClient({
    schemes: ['http:', 'https:'],
    ports: [80, 443, canary.port],
    resolve: (name) =>
      name.endsWith('.test')
        ? Promise.resolve([{ address: PUBLIC_ADDRESS, family: 4 }])
        : Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    connector: smallInternet(() => control.port),
    ...options,
  });
  clients.push(made);
  return made;
}

const controlAnswers = async (): Promise<void> => {
  const before = control.heard.length;
  answer = (_, response) => void response.end('{"keys":[]}');
  await expect(client.request('http://public.test/control')).resolves.toMatchObject({ status: 200 });
  expect(control.heard.slice(before)).toEqual(['GET /control']);
};

beforeAll(async () => {
  canary = await startCanary();
  control = await startCanary((request, response) => answer(request, response));
});

beforeEach(() => {
  client = makeClient();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.onApplicationShutdown()));
});

afterAll(async () => {
  await canary.close();
  await control.close();
});

describe('addresses that must not be called', () => {
  beforeEach(controlAnswers);

  it('the canary sings: a client that checks nothing reaches it', async () => {
    const alarm = await startCanary();
    const careless = makeClient({ allowed: [{ host: '127.0.0.1', port: alarm.port }] });
    await expect(careless.request(`http://127.0.0.1:${alarm.port}/`)).resolves.toMatchObject({ status: 200 });
    expect(alarm.connections).toBe(1);
    await alarm.close();
  });

  it.each(FORBIDDEN_HOSTS)('`%s` is refused over http and https, and nothing is sent', async (host) => {
    for (const scheme of ['http', 'https'])
      await expect(client.request(`${scheme}://${host}:${canary.port}/secret`)).rejects.toMatchObject({
        name: 'OutgoingError',
        reason: 'refused',
      });
    await controlAnswers();
    expect([canary.connections, canary.heard]).toEqual([0, []]);
  });

  it.each(FORBIDDEN_HOSTS)('a redirect of a public server to `%s` is not followed', async (host) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const location = Buffer.from(`http://${host}:${canary.port}/secret`).toString('latin1'); // as bytes go into a header
      answer = (_, response) => void response.writeHead(status, { location }).end();
      await expect(client.request('http://public.test/moved')).rejects.toMatchObject({ reason: 'refused' });
    }
    await controlAnswers();
    expect([canary.connections, canary.heard]).toEqual([0, []]);
  });

  it('a name that is public at first and this machine a moment later is called while it is public', async () => {
    const answers = [PUBLIC_ADDRESS, '127.0.0.1', PUBLIC_ADDRESS, '::1', '127.0.0.1'];
    const asked: string[] = [];
    const rebinding = makeClient({
      resolve: (name) => {
        asked.push(name);
        const address = answers[asked.length - 1] ?? '127.0.0.1';
        return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }]);
      },
    });
    answer = (_, response) => void response.setHeader('connection', 'close').end();
    const outcomes = [];
    for (let i = 0; i < answers.length; i++)
      outcomes.push(
        await rebinding.request(`http://rebinding.test:${canary.port}/secret`).then(
          ({ status }) => status,
          ({ reason }: { reason: string }) => reason,
        ),
      );
    expect(outcomes).toEqual([200, 'refused', 200, 'refused', 'refused']);
    expect(asked).toHaveLength(answers.length); // one look-up for one connection: what was checked is what is called
    expect([canary.connections, canary.heard]).toEqual([0, []]);
  });

  it('a name with one address too many is refused', async () => {
    for (const extra of ['127.0.0.1', '::1', '10.1.2.3', '169.254.169.254', '168.63.129.16']) {
      const found = [PUBLIC_ADDRESS, extra].map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const mixed = makeClient({ resolve: () => Promise.resolve(found) });
      await expect(mixed.request(`http://mixed.test:${canary.port}/`)).rejects.toMatchObject({ reason: 'refused' });
    }
    expect(canary.connections).toBe(0);
  });

  it('a connection that turns out to lead to this machine carries no request', async () => {
    const diverted = makeClient({
      connector: (options) => {
        const dial = buildConnector({ timeout: options.timeout });
        return (target, callback) => dial({ ...target, hostname: '127.0.0.1', port: String(control.port) }, callback);
      },
    });
    const before = control.heard.length;
    await expect(diverted.request('http://public.test/')).rejects.toMatchObject({ reason: 'refused' });
    expect(control.heard.length).toBe(before);
  });

  it("the platform's own public ranges are refused", async () => {
    const { parseAddressRange } = await import('../src/outgoing/address-range.js');
    const strict = makeClient({ denied: [parseAddressRange('93.184.216.0/24')] });
    await expect(strict.request('http://public.test/')).rejects.toMatchObject({ reason: 'refused' });
    await expect(strict.request(`http://${PUBLIC_ADDRESS}/`)).rejects.toMatchObject({ reason: 'refused' });
  });

  it('the name is told, never what it stands for', async () => {
    const failure: Error = await makeClient({ resolve: () => Promise.resolve([{ address: '10.1.2.3', family: 4 }]) })
      .request('http://inside.test/')
      .then(
        () => new Error('answered'),
        (error: Error) => error,
      );
    expect(failure.message).toBe('`inside.test` is no public address');
  });
});

describe('what a client does by default', () => {
  it('it speaks https on two ports, and to nobody else', async () => {
    const usual = new OutgoingClient();
    clients.push(usual);
    for (const url of [
      'http://example.com/',
      'https://example.com:22/',
      'https://example.com:80/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'data:,x',
      'gopher://example.com/',
      'https://user:password@example.com/',
      'https://user@example.com/',
      'example.com',
      '',
      `https://example.com/${'x'.repeat(2_048)}`,
    ])
      await expect(usual.request(url)).rejects.toMatchObject({ reason: 'refused' });
    for (const url of ['https://example.com/', 'https://example.com:8443/hook?x=1'])
      expect(() => usual.check(url)).not.toThrow();
  });

  it('it takes no proxy from the environment', async () => {
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${canary.port}`;
    try {
      client = makeClient();
      await controlAnswers();
    } finally {
      names.forEach((name, i) => {
        if (before[i] === undefined) delete process.env[name];
        else process.env[name] = before[i];
      });
    }
    expect(canary.connections).toBe(0);
  });
});
