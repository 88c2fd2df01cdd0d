import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agion, type Printed } from '../../apps/cli/test/command.js';
import { type Platform, startPlatform } from '../platform.js';

export const CAP = `apiVersion: agion/v1
kind: Policy
metadata: { id: cli_cap, name: Cap, labels: { team: mail } }
spec:
  scope: { agents: ['cli:*'], actions: [send_email] }
  condition: context.amount > 500
  effect: deny
  message: too much
  tests:
    - { name: big, input: { context: { amount: 900 } }, expect: deny }
`;
export const ALLOW = `{
  "apiVersion": "agion/v1", "kind": "Policy", "metadata": { "id": "cli_allow", "labels": { "team": "mail" } },
  "spec": { "scope": { "agents": ["cli:*"], "actions": ["send_email"] }, "effect": "allow" }
}`;

/** A folder of policies, a platform, and a service account for it as a user's CI has one. */
export class PolicyFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'agion-policies-'));

  private constructor(
    readonly platform: Platform,
    readonly token: string,
  ) {}

  static async open(): Promise<PolicyFolder> {
    const platform = await startPlatform();
    const scopes = ['policies:read', 'policies:write', 'decisions:read'];
    return new PolicyFolder(platform, await tokenOf(platform, { name: 'ci', role: 'admin', scopes }));
  }

  /** Writes a file. @returns its path */
  file(name: string, text: string): string {
    const full = path.join(this.path, name);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  /** `agion policy …` with the account's token. */
  policy(args: readonly string[], env: Record<string, string> = {}): Promise<Printed> {
    return agion(['policy', ...args], { AGION_GATEWAY_URL: this.platform.url, AGION_TOKEN: this.token, ...env });
  }

  async close(): Promise<void> {
    await this.platform.stop();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Makes a service account. @throws Error when it cannot be made */
export async function tokenOf(platform: Platform, account: object): Promise<string> {
  const token = await platform.person('admin');
  const { status, body } = await platform.call('POST', '/api/v1/service-accounts', { token, body: account });
  if (status !== 201) throw new Error(`the service account was answered by ${status}`);
  return (body as { issued: { token: string } }).issued.token;
}
