import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@agion/testing';
import { agion } from './command.js';

const POLICY = `apiVersion: agion/v1
kind: Policy
metadata: { id: cap }
spec: { scope: { agents: ['*'], actions: [send] }, effect: deny }
`;

let server: Server | undefined;
afterEach(() => void server?.close());

/** A platform without policies that has replayed so much of a window. */
async function platformThatSays(simulation: object): Promise<string> {
  const all = { decisions: 9, unchanged: 9, changed: 0, changed_without_draft: 0, undecidable: 0, by_agent: [], by_effect: [], samples: { changed: [], undecidable: [] } }; // prettier-ignore
  server = createServer(({ method }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(method === 'GET' ? { items: [], next_cursor: null } : { ...all, ...simulation }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['all of it', { complete: true }, 0],
  ['all of it, and some has changed', { complete: true, changed: 4, changed_without_draft: 3 }, 1],
  ['all of it, and what is in force changes as much', { complete: true, changed: 3, changed_without_draft: 3 }, 0],
  ['not all of it', { complete: false, through: '2026-01-01T00:00:00.000Z' }, 1],
])(
  'a simulation that must change nothing, of which %s was replayed, ends with the right status',
  async (_, simulation, status) => {
    const file = path.join(temporaryFolder('agion-simulate-'), 'cap.yaml');
    writeFileSync(file, POLICY);
    const env = { AGION_GATEWAY_URL: await platformThatSays(simulation), AGION_TOKEN: 'agion_svc_any' };
    expect((await agion(['policy', 'simulate', file], env)).status).toBe(0);
    expect((await agion(['policy', 'simulate', file, '--fail-on-change'], env)).status).toBe(status);
  },
);
