import { expect } from '@jest/globals';
import type { Answer, Platform } from './platform.js';

export interface PolicySketch {
  id: string;
  effect: 'allow' | 'deny';
  agents?: readonly string[];
  actions?: readonly string[];
  resources?: readonly string[];
  condition?: string;
  priority?: number;
  message?: string;
  mode?: 'enforce' | 'shadow';
}

/** A policy as an operator writes it. */
export const aPolicy = ({ id, effect, agents = ['*'], actions = ['*'], resources, ...rest }: PolicySketch): object => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id, name: id },
  spec: { status: 'active', effect, scope: { agents, actions, ...(resources && { resources }) }, ...rest },
});

/** Creates policies as an admin. */
export async function createPolicies(platform: Platform, ...sketches: PolicySketch[]): Promise<Answer[]> {
  const token = await platform.person('admin');
  const answers: Answer[] = [];
  for (const sketch of sketches) {
    const answer = await platform.call('POST', '/api/v1/policies', { token, body: aPolicy(sketch) });
    expect(answer).toMatchObject({ status: 201 });
    answers.push(answer);
  }
  return answers;
}
