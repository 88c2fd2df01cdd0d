import { SignJWT } from 'jose';

const ROLES = ['viewer', 'operator', 'admin'];
const LIFETIME = '30d';

/** A token per role, as the identity provider would sign it for a person of the default organization. */
export async function signPeopleTokens({ secret, issuer, audience }) {
  const key = new TextEncoder().encode(secret);
  const tokens = {};
  for (const role of ROLES) {
    tokens[role] = await new SignJWT({ app_metadata: { role, organization: 'default' } })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(`dev-${role}`)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(key);
  }
  return tokens;
}
