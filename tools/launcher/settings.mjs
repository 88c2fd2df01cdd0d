import { existsSync, readFileSync } from 'node:fs';
import util from 'node:util'; // by its default: the oldest Node that may begin a command has no parseEnv
import { inCheckout } from '../setup/checkout.mjs';

const withoutEmpty = (settings) => Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));

/** The caller's environment over the checkout's `.env`; an empty string counts as unset. */
export function readSettings(environment = process.env, file = inCheckout('.env')) {
  const written = existsSync(file) && util.parseEnv ? util.parseEnv(readFileSync(file, 'utf8')) : {};
  const settings = { ...withoutEmpty(written), ...withoutEmpty(environment) };
  const databaseUrl = settings.DATABASE_URL ?? settings.SUPABASE_DATABASE_URL;
  return databaseUrl ? { ...settings, DATABASE_URL: databaseUrl } : settings;
}
