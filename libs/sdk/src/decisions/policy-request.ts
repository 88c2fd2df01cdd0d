import type { PolicyRequest } from '@agion/policy-engine';
import { asJsonData } from './question-data.js';
import type { AgentStanding } from './agent-standing.js';
import type { AddressedQuestion } from '../governance/remote-check.js';

/** Nothing that a condition could look at. */
const NOTHING: Record<string, unknown> = Object.freeze({});

/**
 * The engine's input, as the platform makes it of the same question.
 * @param at milliseconds since 1970
 * @throws TypeError when JSON cannot carry the question
 */
export function policyRequest(question: AddressedQuestion, standing: AgentStanding, at: number): PolicyRequest {
  const { agentId, action, resource, missionId, context, arguments: given } = question;
  const { type, framework } = standing.description;
  const { trust } = standing;
  const request: PolicyRequest = {
    agent: { id: agentId },
    action: { name: action },
    env: { mode: '' }, // not known here: conditions that look at it are for the platform
    arguments: given === undefined ? NOTHING : asJsonData(given),
    context: context === undefined ? NOTHING : asJsonData(context),
    at,
  };
  if (type !== undefined) request.agent.type = type;
  if (framework !== undefined) request.agent.framework = framework;
  if (trust !== undefined) request.agent.trust = trust;
  if (resource !== undefined) request.resource = { name: resource };
  if (missionId !== undefined) request.mission = { id: missionId };
  return request;
}
