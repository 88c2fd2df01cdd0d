import { assertFree, choosePorts } from './ports.mjs';
import { readSettings } from './settings.mjs';

/** @throws Failure when the settings name a port that cannot be had */
export async function assertPortsFree(split) {
  const settings = readSettings();
  await assertFree(choosePorts(settings, { split }).wanted, settings.AGION_BIND ?? '127.0.0.1');
}
