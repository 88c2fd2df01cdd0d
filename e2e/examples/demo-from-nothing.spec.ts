import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTestDatabase,
  freePorts,
  portVariable,
  startRedis,
  type TestDatabase,
  type TestRedis,
} from '@agion/testing';
import { ExampleProcess } from './example-process.js';

const SERVICES = ['gateway', 'registry', 'coordination', 'governance', 'execution'] as const;

let database: TestDatabase;
let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
  folder = await mkdtemp(path.join(os.tmpdir(), 'agion-demo-'));
}, 60_000);
afterAll(async () => {
  await redis?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('npm run demo where no platform runs', () => {
  it('starts one as `npm start` does, and stops it afterwards', async () => {
    const ports = await freePorts(SERVICES.length);
    const env = {
      AGION_DATA_DIR: folder,
      DATABASE_URL: database.adminUrl,
      REDIS_URL: redis.url,
      METRICS_PORT: '0',
      ...Object.fromEntries(SERVICES.map((service, index) => [portVariable(service), String(ports[index])])),
    };
    const { status, output } = await ExampleProcess.start([process.execPath, 'tools/demo.mjs'], { env }).finished();
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('All as expected.') });
    expect(output).toContain(`The platform is at http://127.0.0.1:${ports[0]}, started for this demo.`);
    await expect(fetch(`http://127.0.0.1:${ports[0]}/health`)).rejects.toThrow();
    expect(existsSync(path.join(folder, 'running.json'))).toBe(false);
  }, 120_000);

  it('says why none can be started', async () => {
    const env = { AGION_DATA_DIR: folder, DATABASE_URL: 'postgresql://127.0.0.1:9/agion', REDIS_URL: redis.url };
    const { status, output } = await ExampleProcess.start([process.execPath, 'tools/demo.mjs'], {
      env: { ...env, GATEWAY_PORT: String((await freePorts(1))[0]), METRICS_PORT: '0' },
    }).finished();
    expect(status).toBe(1);
    expect(output).toMatch(/✗ the platform did not start:/);
  }, 60_000);
});
