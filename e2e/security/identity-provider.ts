import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, type JWTHeaderParameters, SignJWT } from 'jose';

export interface TokenParts {
  /** A claim or header that is undefined is left out. */
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters> & Record<string, unknown>;
  key?: KeyObject | Uint8Array;
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** An OpenID provider as the platform sees one: keys at an address, and tokens signed with them. It can rotate, and be away. */
export class IdentityProvider {
  /** How often its keys were asked for. */
  asked = 0;
  private readonly pairs = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  private published: string[] = [];
  private count = 0;

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(): Promise<IdentityProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const provider = new IdentityProvider(server, (server.address() as { port: number }).port);
    server.on('request', (_request, response) => {
      provider.asked++;
      void provider.jwks().then((text) => response.setHeader('content-type', 'application/json').end(text));
    });
    provider.publish('one');
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** From now on only these keys are published; new ones are made. */
  publish(...kids: string[]): void {
    for (const kid of kids)
      if (!this.pairs.has(kid)) this.pairs.set(kid, generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    this.published = kids;
  }

  keyOf(kid: string): { publicKey: KeyObject; privateKey: KeyObject } {
    const pair = this.pairs.get(kid);
    if (!pair) throw new Error(`there is no key ${kid}`);
    return pair;
  }

  /** A token of an admin, good but for what is changed, and like no other. */
  async token({ claims = {}, header = {}, key }: TokenParts = {}, kid = 'one'): Promise<string> {
    const good = { iss: this.issuer, aud: 'agion', sub: 'ada', exp: now() + 600, jti: String(++this.count) };
    const app_metadata = { role: 'admin', organization: 'default' };
    const payload = JSON.parse(JSON.stringify({ ...good, app_metadata, ...claims })) as Record<string, unknown>;
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT', ...header })
      .sign(key ?? this.keyOf(kid).privateKey, { crit: { 'urn:test': true } });
  }

  /** Nobody answers any more. */
  async goAway(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async jwks(): Promise<string> {
    const keys = this.published.map(async (kid) => ({ ...(await exportJWK(this.keyOf(kid).publicKey)), kid }));
    return JSON.stringify({ keys: await Promise.all(keys) });
  }
}
