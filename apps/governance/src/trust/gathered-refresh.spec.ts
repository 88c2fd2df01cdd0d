import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { GatheredRefresh } from './gathered-refresh.js';

const OTHER = { ...DEFAULT_ORGANIZATION, id: '01985f3a-0000-7000-8000-000000000002', slug: 'other' };
let asked: { ids: string; end: (worked: boolean) => void }[];
let gathered: GatheredRefresh;

beforeEach(() => {
  asked = [];
  gathered = new GatheredRefresh((_, ids) => new Promise((end) => asked.push({ ids: ids.join(), end })));
});

const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const idsAsked = (): string[] => asked.map(({ ids }) => ids);

describe('refreshing agents together', () => {
  it('begins at once, and gathers what is added while that goes on, each agent once', async () => {
    const first = gathered.add(DEFAULT_ORGANIZATION, ['a']);
    await turns();
    const others = [gathered.add(DEFAULT_ORGANIZATION, ['b', 'a']), gathered.add(DEFAULT_ORGANIZATION, ['b', 'c'])];
    await turns();
    expect(idsAsked()).toEqual(['a']);
    asked[0]?.end(true);
    await expect(first).resolves.toBe(true);
    await turns();
    expect(idsAsked()).toEqual(['a', 'b,a,c']);
    asked[1]?.end(false);
    await expect(Promise.all(others)).resolves.toEqual([false, false]);
  });

  it('never counts a refresh that began before', async () => {
    let isDone = false;
    void gathered.add(DEFAULT_ORGANIZATION, ['a']);
    await turns();
    void gathered.add(DEFAULT_ORGANIZATION, ['a']).then(() => (isDone = true));
    asked[0]?.end(true);
    await turns();
    expect(isDone).toBe(false);
    asked[1]?.end(true);
    await turns();
    expect(isDone).toBe(true);
  });

  it('lets no organization wait for another', async () => {
    void gathered.add(DEFAULT_ORGANIZATION, ['a']);
    void gathered.add(OTHER, ['b']);
    await turns();
    expect(idsAsked()).toEqual(['a', 'b']);
  });
});
