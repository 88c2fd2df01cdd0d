import type { InputFault } from '@agion/wire';

/** One step of a mission's plan: an agent, or whoever has the capability, does an action once the steps before it are done. */
export interface PlanStep {
  id: string;
  title: string;
  agentId?: string | undefined;
  capability?: string | undefined;
  action: string;
  input: Record<string, unknown>;
  /** Ids of the steps that come before it. */
  dependsOn: string[];
  timeoutSeconds?: number | undefined;
  retries?: number | undefined;
  requiresApproval?: boolean | undefined;
  /** 0–1 */
  minTrust?: number | undefined;
}

/** As much of a step as the rules between steps need. */
export interface StepOutline extends Pick<PlanStep, 'id' | 'agentId' | 'capability'> {
  /** What could not be read is `null`. */
  dependsOn: readonly (string | null)[];
}

/** A step that could not be read is `null`: it is at fault already, and keeps the others at their places. */
export type PlanOutline = readonly (StepOutline | null)[];

/** Everything that is wrong between the steps of a plan: ids given twice, unknown predecessors, circles, no one or two to do it. */
export function planFaults(plan: PlanOutline): InputFault[] {
  const steps = plan.flatMap((step, index) => (step ? [{ ...step, pointer: `/plan/${index}` }] : []));
  const first = new Map<string, PlacedStep>();
  for (const step of steps) if (!first.has(step.id)) first.set(step.id, step);
  return [
    ...steps.flatMap((step) => [
      ...doerFaults(step),
      ...(first.get(step.id) === step
        ? []
        : [{ pointer: `${step.pointer}/id`, detail: `\`${step.id}\` is the id of another step, too` }]),
      ...step.dependsOn.flatMap((id, index) =>
        id === null || first.has(id)
          ? []
          : [{ pointer: `${step.pointer}/depends_on/${index}`, detail: `\`${id}\` is not a step of this plan` }],
      ),
    ]),
    ...circleFaults(first),
  ];
}

type PlacedStep = StepOutline & { pointer: string };

function doerFaults({ agentId, capability, pointer }: PlacedStep): InputFault[] {
  if (agentId === undefined && capability === undefined)
    return [{ pointer, detail: 'needs `agent_id` or `capability`: who is to do it' }];
  return agentId === undefined || capability === undefined
    ? []
    : [{ pointer, detail: 'must not have both `agent_id` and `capability`' }];
}

/** Walks each path of predecessors once; whoever meets a step of its own path has found a circle. */
function circleFaults(steps: ReadonlyMap<string, PlacedStep>): InputFault[] {
  const faults: InputFault[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const walk = (step: PlacedStep): void => {
    path.push(step.id);
    for (const [index, id] of step.dependsOn.entries()) {
      const before = id === null || finished.has(id) ? undefined : steps.get(id);
      if (!before) continue;
      const start = path.indexOf(before.id);
      if (start < 0) walk(before);
      else
        faults.push({
          pointer: `${step.pointer}/depends_on/${index}`,
          detail: circle([...path.slice(start), before.id]),
        });
    }
    path.pop();
    finished.add(step.id);
  };
  for (const step of steps.values()) if (!finished.has(step.id)) walk(step);
  return faults;
}

const circle = (ids: string[]): string => `makes a circle: ${ids.map((id) => `\`${id}\``).join(' waits for ')}`;
