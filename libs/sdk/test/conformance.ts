import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import {
  type AgionSDK,
  type AgionSDKOptions,
  type Decision,
  InvalidInputError,
  NotFoundError,
  NotInitializedError,
  PolicyViolationError,
} from '../src/index.js';

/** A platform, real or fake, and what a test does to it. What is changed reaches its agents soon. */
export interface AgionUnderTest {
  /** An SDK that is not initialized yet, with a name of an agent of its own for each test. */
  sdk(options: AgionSDKOptions): AgionSDK;
  publish(...policies: object[]): Promise<unknown>;
  withdraw(...ids: string[]): Promise<unknown>;
  /** A prompt, a model and a resource, each called `conformance`. */
  configure(): Promise<unknown>;
  /** Ids of what is recorded of an agent. */
  recorded(kind: 'trust' | 'feedback' | 'report' | 'decision', agentId: string): Promise<string[]>;
  stop(stopped: boolean): Promise<unknown>;
  /** Undefined where the way to the platform cannot be cut. */
  setAway?(away: boolean): Promise<unknown>;
  close(): Promise<unknown>;
}

export const allowing = (id: string, spec: object = {}): object => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { effect: 'allow', scope: { agents: ['demo:*'], actions: [id] }, ...spec },
});

const SOON = { timeoutMs: 20_000 };
const SUCCESS = { eventType: 'task_completed', severity: 'positive', impact: 0.05 } as const;

/** What every platform must do for an agent with the SDK, the real one and the fake of `@agion/sdk/testing`. */
export function describeAgionSDK(name: string, make: () => Promise<AgionUnderTest>, { cuts }: { cuts: boolean }): void {
  describe(name, () => {
    let platform: AgionUnderTest;
    let agents = 0;
    const open: AgionSDK[] = [];

    beforeAll(async () => {
      platform = await make();
    }, 60_000);
    afterAll(async () => {
      await Promise.all(open.map((sdk) => sdk.close()));
      await platform?.close();
    });

    const connect = async (options: Partial<AgionSDKOptions> = {}): Promise<AgionSDK> => {
      agents += 1;
      const sdk = platform.sdk({ agentId: `demo:agent-${agents}`, ...options });
      open.push(sdk);
      await sdk.initialize();
      return sdk;
    };
    /** The decision as soon as it is of this kind. */
    const soon = (sdk: AgionSDK, action: string, expected: Partial<Decision>): Promise<Decision> =>
      eventually(async () => {
        const decision = await sdk.checkPermission({ action });
        expect(decision).toMatchObject(expected);
        return decision;
      }, SOON);

    it('can do nothing before it is initialized, and nothing after it is closed', async () => {
      const sdk = platform.sdk({ agentId: 'demo:early' });
      await expect(sdk.checkPermission({ action: 'read' })).rejects.toThrow(NotInitializedError);
      await sdk.initialize();
      expect(sdk.agentId).toBe('demo:early');
      await sdk.close();
      await sdk.close();
      await expect(sdk.checkPermission({ action: 'read' })).rejects.toThrow(NotInitializedError);
      expect(() => sdk.events).toThrow(NotInitializedError);
    });

    it('may do what a policy allows, and nothing else', async () => {
      await platform.publish(allowing('read', { condition: 'context.rows <= 10' }));
      const sdk = await connect();
      const allowed = await sdk.checkPermission({ action: 'read', context: { rows: 10 } });
      expect(allowed).toMatchObject({ decision: 'allow', allowed: true, decidedBy: 'local' });
      expect(allowed.policies).toEqual([{ policy: 'read', version: 1, effect: 'allow', priority: expect.any(Number) }]);
      const { decidedBy, reason } = await sdk.checkPermission({ action: 'write' });
      expect([decidedBy, reason]).toEqual(['local', `no policy allows \`write\` to \`${sdk.agentId}\``]);
      const denied = sdk.governed(sdk.agentId, 'read', { context: (rows: number) => ({ rows }) })(
        (rows: number) => rows,
      );
      expect(await denied(7)).toBe(7);
      await expect(denied(11)).rejects.toThrow(PolicyViolationError);
    });

    it('is asked to mend a question that cannot be right', async () => {
      const sdk = await connect();
      await expect(sdk.checkPermission({ action: '' })).rejects.toThrow(InvalidInputError);
    });

    it('has its decisions in the ledger under their ids', async () => {
      await platform.publish(allowing('count'));
      const sdk = await connect();
      const decisions = [await soon(sdk, 'count', { allowed: true }), await sdk.checkPermission({ action: 'delete' })];
      await sdk.events.flush();
      await eventually(
        async () =>
          expect(await platform.recorded('decision', sdk.agentId)).toEqual(
            expect.arrayContaining(decisions.map(({ decisionId }) => decisionId)),
          ),
        SOON,
      );
    });

    it('follows a change of its policies', async () => {
      const sdk = await connect();
      expect((await sdk.checkPermission({ action: 'travel' })).allowed).toBe(false);
      await platform.publish(allowing('travel'));
      const { policyRevision } = await soon(sdk, 'travel', { allowed: true });
      await platform.withdraw('travel');
      expect((await soon(sdk, 'travel', { allowed: false })).policyRevision).toBeGreaterThan(policyRevision);
    });

    it('asks the platform for what only the platform knows', async () => {
      await platform.publish(allowing('vote', { condition: `agent.status == "active"` }));
      const sdk = await connect();
      const decision = await soon(sdk, 'vote', { allowed: true });
      expect(decision.decidedBy).not.toBe('local');
      expect(sdk.checkLocally({ action: 'vote' })).toMatchObject({ allowed: false, unavailable: true });
    });

    it('knows how far it is trusted', async () => {
      await platform.publish(allowing('lead', { condition: 'agent.trust > 0.0 && agent.trust < 1.0' }));
      const sdk = await connect();
      expect((await soon(sdk, 'lead', { allowed: true })).trustScore).toBeGreaterThan(0);
    });

    it('stops with the kill switch, and goes on after it', async () => {
      await platform.publish(allowing('run'));
      const sdk = await connect();
      await soon(sdk, 'run', { allowed: true });
      await platform.stop(true);
      await soon(sdk, 'run', { allowed: false, reason: 'the organization has stopped its agents' });
      await platform.stop(false);
      await soon(sdk, 'run', { allowed: true });
    });

    it('fetches its prompt, model and resource, or is told how to make one', async () => {
      await platform.configure();
      const sdk = await connect();
      expect(await sdk.getPrompt('conformance')).toMatchObject({ location: 'conformance', content: 'You are tested.' });
      expect(await sdk.getModel('conformance')).toMatchObject({ purpose: 'conformance', model: 'small-1' });
      expect(await sdk.getResource('conformance')).toMatchObject({ name: 'conformance', type: 'database' });
      const missing = await sdk.getPrompt('nowhere').catch((error: unknown) => error);
      expect(NotFoundError.is(missing) && missing.problem.hint).toEqual(expect.any(String));
      expect(sdk.getMetrics().cache_sizes).toEqual({ prompts: 1, models: 1, resources: 1 });
    });

    it('tells events and reports, each of which is recorded under its id once', async () => {
      const sdk = await connect();
      const { events, agentId } = sdk;
      const trust = await events.publishTrustEvent(SUCCESS, { mode: 'durable' });
      events.publishTrustEvent({ ...SUCCESS, eventId: trust.eventId });
      const feedback = events.publishFeedback({ thumb: 'up' });
      const report = events.reportExecution({ action: 'read', status: 'succeeded', durationMs: 3 });
      await events.flush();
      expect(sdk.getMetrics().event_client).toEqual({ published: 4, failed: 0, dropped: 0, buffer_size: 0 });
      await eventually(async () => {
        expect(await platform.recorded('trust', agentId)).toContain(trust.eventId);
        expect(await platform.recorded('feedback', agentId)).toEqual([feedback.eventId]);
        expect(await platform.recorded('report', agentId)).toEqual([report.eventId]);
      }, SOON);
      const ids = await platform.recorded('trust', agentId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(() => events.publishTrustEvent({ ...SUCCESS, impact: 2 })).toThrow(InvalidInputError);
    });

    if (cuts)
      it('goes on with what it has while the platform is away, and tells it afterwards', async () => {
        await platform.publish(allowing('stay'));
        await platform.configure();
        const sdk = await connect();
        await soon(sdk, 'stay', { allowed: true });
        await sdk.getPrompt('conformance');
        await platform.setAway?.(true);
        try {
          expect(await sdk.checkPermission({ action: 'stay' })).toMatchObject({ allowed: true, decidedBy: 'local' });
          expect(await sdk.checkPermission({ action: 'vote' })).toMatchObject({ allowed: false });
          expect((await sdk.getPrompt('conformance')).content).toBe('You are tested.');
          await expect(sdk.getModel('conformance')).rejects.toMatchObject({ retryable: true });
          sdk.events.publishTrustEvent(SUCCESS);
          await sdk.events.flush();
          expect(sdk.getMetrics().event_client.buffer_size).toBeGreaterThan(0);
        } finally {
          await platform.setAway?.(false);
        }
        await sdk.events.flush();
        expect(sdk.getMetrics().event_client).toMatchObject({ failed: 0, dropped: 0, buffer_size: 0 });
      });
  });
}
