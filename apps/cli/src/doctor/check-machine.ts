import { sharedSecrets, weakSecrets } from '@agion/service-kit';
import { type Finding, findingsOf } from './finding.js';
import type { GivenPlatform } from './given.js';

const OLDEST_NODE = '24.11.1';

/** This machine and what it is told. */
export function checkMachine({ mode, source, secrets }: GivenPlatform): Finding[] {
  const make = findingsOf('This machine');
  const node = process.versions.node;
  const isOld = node.localeCompare(OLDEST_NODE, 'en', { numeric: true }) < 0;
  const weak = [...weakSecrets(secrets), ...sharedSecrets(secrets)];
  const status = mode === 'production' ? 'failed' : 'warning';
  return [
    isOld ? make('failed', 'node', node, `services need Node ${OLDEST_NODE} or later`) : make('ok', 'node', node),
    make('ok', 'platform', `${mode}, known from ${source}`),
    ...weak.map((sentence) => {
      const [, detail = sentence, hint] = /^([^]*?): ([^]*)$/.exec(sentence) ?? [];
      return make(status, 'secrets', detail, hint);
    }),
    ...(weak.length > 0
      ? []
      : secrets.length > 0
        ? [make('ok', 'secrets', `${secrets.map(({ name }) => name).join(', ')}: none is easy to guess`)]
        : [make('skipped', 'secrets', 'none is set in this shell or `.env`')]),
  ];
}
