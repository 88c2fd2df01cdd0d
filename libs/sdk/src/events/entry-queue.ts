/** Below this many used-up places it is not worth moving the rest. */
const MOST_GAPS = 1_024;

/** First in, first out, each step in constant time on average: `Array.shift` moves everything that stays. */
export class EntryQueue<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the oldest; undefined when there is none. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined; // what is taken must not be held
    this.head += 1;
    if (this.head > MOST_GAPS && this.head * 2 > this.items.length) this.close();
    return item;
  }

  /** Puts some back where they were: before all others, in their order. */
  putBack(items: readonly T[]): void {
    if (items.length === 0) return;
    this.items = [...items, ...(this.items.slice(this.head) as T[])];
    this.head = 0;
  }

  private close(): void {
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}
