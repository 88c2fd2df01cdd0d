import { asOwner, eventually } from '@agion/testing';
import { expect } from '@jest/globals';
import type { Platform } from '../platform.js';
import type { RawRedis } from '../raw-redis.js';

/** Waits until every fact is in the trail, so that it is no audit fact at which the next process dies. */
export const untilTheTrailIsWritten = (platform: Platform, redis: RawRedis): Promise<void> =>
  eventually(
    async () => {
      const { rows } = await asOwner(platform.database, (client) =>
        client.query('SELECT 1 FROM governance.outbox UNION ALL SELECT 1 FROM registry.outbox'),
      );
      expect(rows).toEqual([]);
      expect(await redis.group('agion:events:audit', 'governance')).toMatchObject({ lag: 0, pending: 0 });
    },
    { timeoutMs: 15_000 },
  );
