import { Command } from 'commander';
import { PlatformClient } from '../platform.client.js';
import { OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';

interface Term {
  term: string;
  result: string;
  detail?: string;
}

interface Explanation {
  decision: {
    decision_id: string;
    agent_id: string;
    action: string;
    resource: string | null;
    decision: string;
    reason: string;
    at: string;
    policy_revision: number | null;
  };
  candidates: {
    policy: string;
    version: number;
    effect: string;
    priority: number;
    matched: boolean;
    why: string;
    terms: Term[];
  }[];
  to_change: string[];
  /** Platforms of an earlier release tell none. */
  remedies?: string[];
  note: string | null;
}

/** `agion policy why`. */
export const whyCommand = (): Command =>
  new Command('why')
    .description('explains a decision by the policies of its time')
    .argument('<decision>', 'its id, from an answer or from `GET /api/v1/decisions`')
    .addOption(OUTPUT_OPTION)
    .action(async (id: string, { output }: { output: OutputFormat }) => {
      const { body } = await PlatformClient.given().call('GET', `/api/v1/decisions/${encodeURIComponent(id)}/why`);
      tell(output, body as object, explanationText(body as Explanation));
    });

function explanationText({ decision, candidates, to_change: toChange, remedies = [], note }: Explanation): string[] {
  const { agent_id: agent, action, resource, at, policy_revision: revision } = decision;
  return [
    `${decision.decision}  ${agent} → ${action}${resource === null ? '' : ` on ${resource}`}`,
    `  ${decision.reason}`,
    `  ${at}${revision === null ? '' : `, revision ${revision}`}`,
    ...(candidates.length > 0 ? ['', 'policies in scope', ...candidates.flatMap(candidateText)] : []),
    ...(toChange.length > 0 ? ['', 'what would change it', ...toChange.map((each) => `  ${each}`)] : []),
    ...(remedies.length > 0 ? ['', 'it would be allowed with', ...remedies.map((each) => `  ${each}`)] : []),
    ...(note === null ? [] : ['', note]),
  ];
}

const candidateText = ({
  policy,
  version,
  effect,
  priority,
  matched,
  why,
  terms,
}: Explanation['candidates'][number]) => [
  `  ${matched ? '•' : ' '} ${policy} v${version}  ${effect} (${priority}): ${why}`,
  ...terms.map(
    ({ term, result, detail }) => `      ${result.padEnd(5)}  ${term}${detail === undefined ? '' : `  (${detail})`}`,
  ),
];
