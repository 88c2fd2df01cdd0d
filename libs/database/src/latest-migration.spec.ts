import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { LATEST_MIGRATION } from './latest-migration.js';

describe('the newest migration', () => {
  it('is the one readiness asks for', () => {
    const folder = new URL('../../../prisma/migrations', import.meta.url);
    const migrations = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(LATEST_MIGRATION).toBe(
      migrations
        .map(({ name }) => name)
        .sort()
        .at(-1),
    );
  });
});
