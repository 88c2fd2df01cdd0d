import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadSettings, OutgoingClient, SettingsError } from '@agion/service-kit';
import { ExecutionSettings } from './execution.config.js';
import { configuredLlm } from './llm/llm.module.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const ENV = {
  AGION_MODE: 'development',
  REDIS_URL: 'redis://127.0.0.1:6379',
  DATABASE_URL: 'postgresql://127.0.0.1/agion',
  AGION_SERVICE_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url'),
  AGION_SERVICE_KEYS: JSON.stringify({
    gateway: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
  }),
};
const load = (env: Record<string, string>): ExecutionSettings =>
  loadSettings('execution', ExecutionSettings, { ...ENV, ...env });

const outgoing = new OutgoingClient();

describe('the settings of execution', () => {
  it('choose the demo model when no other is named', () => {
    expect(configuredLlm(load({}), outgoing).name).toBe('offline demo model');
    expect(configuredLlm(load({ OPENAI_BASE_URL: '', OPENAI_API_KEY: 'unused' }), outgoing).name).toBe(
      'offline demo model',
    );
  });

  it('choose the model they name', () => {
    const settings = load({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_MODEL: 'llama' });
    expect(configuredLlm(settings, outgoing).name).toBe('llama');
  });

  it('ask for a model where an address is given, and name every fault at once', () => {
    const faulty = (): unknown =>
      load({ OPENAI_BASE_URL: 'https://models.example', RUN_CONCURRENCY: '0', RUN_TIMEOUT_SECONDS: 'soon' });
    expect(faulty).toThrow(SettingsError);
    expect(faulty).toThrow(
      /OPENAI_MODEL must be set when OPENAI_BASE_URL is[^]*RUN_CONCURRENCY[^]*RUN_TIMEOUT_SECONDS/,
    );
  });
});
