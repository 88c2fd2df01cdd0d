import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { POINTS } from '../../examples/agent-container-template/conformance/container-check.mjs';
import { DECISION_PHASES } from '@agion/wire';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CONTRACT = readFileSync(path.join(ROOT, 'docs/agent-container-spec/v1.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...CONTRACT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

describe('the agent container contract', () => {
  test('shows answers that the check takes', () => {
    const [health, agents, request, answer] = blocks('json').map((text) => JSON.parse(text));
    expect(health).toEqual({ status: 'healthy', version: expect.any(String) });
    const [agent] = agents;
    expect(Object.keys(agent).sort()).toEqual(['agent_id', 'capabilities', 'name', 'type', 'version']);
    expect(Object.keys(request)).toEqual(['query', 'context']);
    expect(Object.keys(answer)).toEqual(['result', 'execution_id']);
  });

  test('lists the points that are checked, by number and name, and refers to each', () => {
    const rows = [...CONTRACT.matchAll(/^\| +(\d+) \| ([a-z ]+?) +\| /gm)].map(([, number, name]) => [
      Number(number),
      name,
    ]);
    expect(rows).toEqual(POINTS.map(({ number, name }) => [number, name]));
    for (const [number] of rows) expect(CONTRACT).toContain(`[${number}]`);
  });

  test('names the labels that the template carries', () => {
    const [labels] = blocks('yaml').map((text) => parse(text) as Record<string, string>);
    const deployment = readFileSync(path.join(ROOT, 'examples/agent-container-template/k8s/deployment.yaml'), 'utf8');
    expect(Object.keys(labels ?? {})).toEqual(
      Object.keys(parse(deployment).metadata.labels).filter((name) => name.startsWith('platform.')),
    );
  });

  test('says how the check is called as the check itself does', () => {
    const script = 'examples/agent-container-template/conformance/check.mjs';
    const { status, stderr } = spawnSync(process.execPath, [script], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(2);
    const [usage = ''] = blocks('text');
    expect(words(stderr)).toContain(words(usage).replace(script, 'check.mjs'));
  });

  test('knows the three checkpoints', () => {
    const rows = [...CONTRACT.matchAll(/^\| `([a-z]+)` +\| (?:before|when|afterwards)/gm)].map(([, phase]) => phase);
    expect(rows).toEqual(['phase', ...DECISION_PHASES]);
  });
});
