import { expect } from '@jest/globals';
import type { Answer, Platform } from '../platform.js';

/** A call that changes something, for whoever attacks: creating a prompt, which takes an operator. */
export class GuardedPrompts {
  private count = 0;

  constructor(private readonly platform: Platform) {}

  /** A body with an id of its own. */
  next(): { id: string; name: string; location: string; content: string } {
    const id = `attempt-${++this.count}`;
    return { id, name: id, location: id, content: 'c' };
  }

  /** The token is good, and what was asked for is there. */
  async worksWith(token: string): Promise<void> {
    const body = this.next();
    const { status } = await this.platform.call('POST', '/api/v1/prompts', { token, body });
    expect(status).toBe(201);
    await this.expectThere(body.id, true);
  }

  /** The token is refused, and nothing is there. */
  async isRefused(token: string, statuses = [401]): Promise<Answer> {
    const body = this.next();
    const answer = await this.platform.call('POST', '/api/v1/prompts', { token, body });
    expect(statuses).toContain(answer.status);
    await this.expectThere(body.id, false);
    return answer;
  }

  async expectThere(id: string, isThere: boolean): Promise<void> {
    const token = await this.platform.person('admin');
    const { status } = await this.platform.call('GET', `/api/v1/prompts/${id}`, { token });
    expect([id, status]).toEqual([id, isThere ? 200 : 404]);
  }
}
