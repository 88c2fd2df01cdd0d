import { aPolicy } from '../policies.js';

/** Bodies that are right, for what is created; by the operation, and the id of what it is for. */
export const CREATING: Record<string, (id: string) => object> = {
  registerAgent: (id) => ({ agent_id: `extra:${id}`, name: id }),
  createPrompt: (id) => ({ id, name: id, location: id, content: 'c' }),
  createModel: (id) => ({ id, name: id, purpose: id, provider: 'openai', model: 'x' }),
  createResource: (id) => ({ id, name: id, type: 'api', config: {} }),
  createMission: (id) => ({ name: id, goal: 'g' }),
  createPolicy: (id) => aPolicy({ id, effect: 'deny', agents: ['nobody:*'] }),
  createServiceAccount: (id) => ({ name: id, role: 'viewer' }),
  createOrganization: (id) => ({ slug: id, name: id }),
  createEnrollment: (id) => ({ container_id: id }),
  issueContainerToken: () => ({}),
  createWebhook: () => ({ url: 'https://hooks.example.com/', event_types: ['webhook.disabled'] }),
};

/** Those for what is there already, so that only the id decides; what they are fetched by is called as they are. */
export const CHANGING: Record<string, (id: string) => object> = {
  updatePrompt: (id) => ({ name: 'P', location: id, content: 'changed' }),
  updateModel: (id) => ({ name: 'M', purpose: id, provider: 'openai', model: 'changed' }),
  updateResource: (id) => ({ name: id, type: 'api', config: { changed: true } }),
  updatePolicy: (id) => aPolicy({ id, effect: 'allow' }),
  putAction: () => ({ risk: 'medium' }),
  rollOutPrompt: () => ({ candidate: 2, percent: 50 }),
  rollOutModel: () => ({ candidate: 2, percent: 50 }),
  rollOutResource: () => ({ candidate: 2, percent: 50 }),
  discardDeadLetter: () => ({ reason: 'changed' }),
  clearTrustCeiling: () => ({ reason: 'changed' }),
  heartbeatAgent: () => ({ status: 'busy' }),
  changeOrganizationSettings: () => ({ default_effect: 'allow' }),
};
