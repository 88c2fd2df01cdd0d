import {
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  Validate,
  ValidateIf,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { IsPrivateKey, Setting, ownSettings, type TlsSettings } from '@agion/service-kit';
import { DEFAULT_ORGANIZATION, isOrganizationSlug } from '@agion/wire';
import { KeysFetchedSafely, ListsIssuers, NeedsOrganization, OneKeyOfUsers } from './auth/issuer-rules.js';
import { GRANTING_CLAIM, LEAST_SECRET, parseIssuers } from './auth/issuer-setting.js';
import { algorithmsOf, type Issuer, type IssuerKeys } from './auth/issuer.js';

const CLAIM_RULE = { message: 'must name a claim that users cannot write themselves (not `user_metadata`)' };

@ValidatorConstraint({ name: 'organizationSlug' })
class OrganizationSlug implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && isOrganizationSlug(value);
  defaultMessage = (): string => 'must be the slug of an organization';
}

export class GatewaySettings extends ownSettings('gateway') {
  @Setting('SUPABASE_JWT_SECRET', {
    about: 'Shared secret of user tokens signed with HS256, 32 characters or more. Set this or JWT_JWKS_URI.',
    secret: true,
  })
  @IsOptional()
  @MinLength(LEAST_SECRET, { message: `must have ${LEAST_SECRET} characters or more` })
  jwtSecret?: string;

  @Setting('JWT_JWKS_URI', {
    about: 'Where the public keys of user tokens (ES256, RS256, EdDSA) are published. Set this or SUPABASE_JWT_SECRET.',
    example: 'https://<project>.supabase.co/auth/v1/.well-known/jwks.json',
  })
  @Validate(KeysFetchedSafely)
  @Validate(OneKeyOfUsers)
  jwksUri?: string;

  @Setting('JWT_ISSUER', {
    about: 'The `iss` user tokens must carry.',
    example: 'https://<project>.supabase.co/auth/v1',
  })
  @ValidateIf(({ jwtSecret, jwksUri }: GatewaySettings) => jwtSecret !== undefined || jwksUri !== undefined)
  @IsString({ message: 'must be set' })
  jwtIssuer?: string;

  @Setting('JWT_AUDIENCE', { about: 'The `aud` user tokens must carry.' })
  @IsString()
  jwtAudience = 'authenticated';

  @Setting('JWT_ROLE_CLAIM', { about: 'Claim with `viewer`, `operator` or `admin`. A user without it is a viewer.' })
  @Matches(GRANTING_CLAIM, CLAIM_RULE)
  roleClaim = 'app_metadata.role';

  @Setting('JWT_ORGANIZATION_CLAIM', { about: "Claim with the slug of the user's organization." })
  @Matches(GRANTING_CLAIM, CLAIM_RULE)
  organizationClaim = 'app_metadata.organization';

  @Setting('JWT_GROUPS_CLAIM', { about: "Claim with the user's groups, a list of strings." })
  @Matches(GRANTING_CLAIM, CLAIM_RULE)
  groupsClaim = 'app_metadata.groups';

  @Setting('JWT_DEFAULT_ORGANIZATION', {
    about: 'Organization of users whose token names none. Default: `default` in development, none in production.',
    example: 'default',
  })
  @IsOptional()
  @Validate(OrganizationSlug)
  jwtDefaultOrganization?: string;

  @Setting('JWT_ISSUERS', {
    about:
      'More issuers of user tokens, or all of them: a JSON list, see docs/identity.md. The variables above are its short form for one.',
    example: '[{"supabase_project":"https://<project>.supabase.co"}]',
    secret: true,
    foreign: true, // as a text; the secrets in it are looked at one by one
  })
  @IsOptional()
  @Validate(ListsIssuers)
  jwtIssuers?: string;

  @Setting('GATEWAY_HEADER_SECRET', {
    about:
      'Shared with an edge function that signs users in and forwards their requests with X-Supabase-User-* headers, 32 characters or more: see docs/identity.md. Without it these headers mean nothing.',
    secret: true,
  })
  @IsOptional()
  @MinLength(LEAST_SECRET, { message: `must have ${LEAST_SECRET} characters or more` })
  @Validate(NeedsOrganization)
  headerSecret?: string;

  @Setting('GATEWAY_HEADER_ORGANIZATION', {
    about: 'Organization of the users of that edge function. Default: JWT_DEFAULT_ORGANIZATION.',
    example: 'default',
  })
  @IsOptional()
  @Validate(OrganizationSlug)
  headerOrganization?: string;

  @Setting('AGION_BUNDLE_KEY', {
    about:
      'Ed25519 private key (PKCS8 DER, base64url) that signs policy bundles. The gateway publishes its public half at /.well-known/agion-keys.',
    secret: true,
  })
  @ValidateIf(({ mode, bundleKey }: GatewaySettings) => mode === 'production' || bundleKey !== undefined)
  @IsPrivateKey()
  bundleKey?: string;

  @Setting('GATEWAY_TLS_CERT', {
    about:
      'File with the certificate the gateway shows, in PEM form, followed by those between it and its authority. With it and GATEWAY_TLS_KEY the gateway speaks HTTPS on GATEWAY_TLS_PORT, and plain HTTP on loopback only. Renewed files are taken up without a restart.',
    example: '/run/secrets/tls/tls.crt',
  })
  @ValidateIf(({ tlsCert, tlsKey }: GatewaySettings) => tlsCert !== undefined || tlsKey !== undefined)
  @IsString({ message: 'must be set where GATEWAY_TLS_KEY is: the file with the certificate' })
  tlsCert?: string;

  @Setting('GATEWAY_TLS_KEY', { about: 'File with the key of that certificate.', example: '/run/secrets/tls/tls.key' })
  @ValidateIf(({ tlsCert, tlsKey }: GatewaySettings) => tlsCert !== undefined || tlsKey !== undefined)
  @IsString({ message: 'must be set where GATEWAY_TLS_CERT is: the file with the key' })
  tlsKey?: string;

  @Setting('GATEWAY_TLS_PORT', { about: 'Port of HTTPS, where the gateway has a certificate.' })
  @IsInt()
  @Min(0)
  @Max(65_535)
  tlsPort = 8_443;

  @Setting('GATEWAY_RATE_LIMIT', { about: 'Requests one caller may make in a minute.' })
  @IsInt()
  @Min(1)
  rateLimit = 6_000;

  @Setting('GATEWAY_STREAMS_PER_CALLER', {
    about: 'AG-UI streams one caller may have open at one gateway; beyond them: 429.',
  })
  @IsInt()
  @Min(1)
  streamsPerCaller = 100;

  @Setting('GATEWAY_FAILURE_LIMIT', {
    about: 'Refused sign-ins one address may cause in a minute before it has to wait.',
  })
  @IsInt()
  @Min(1)
  failureLimit = 60;

  @Setting('GATEWAY_PROXY_HOPS', {
    about: 'Proxies in front of the gateway that append to X-Forwarded-For. 0: the header is ignored.',
  })
  @IsInt()
  @Min(0)
  @Max(10)
  proxyHops = 0;

  @Setting('GATEWAY_CACHE_MS', { about: 'Longest time a configuration answer is kept, in milliseconds. 0: never.' })
  @IsInt()
  @Min(0)
  @Max(5_000)
  cacheMs = 5_000;

  @Setting('GATEWAY_CACHE_BYTES', { about: 'Memory for configuration answers, in bytes.' })
  @IsInt()
  @Min(1_048_576)
  cacheBytes = 33_554_432;

  @Setting('GATEWAY_UPSTREAM_TIMEOUT_MS', { about: 'Longest time a service may take to answer, in milliseconds.' })
  @IsInt()
  @Min(100)
  @Max(30_000)
  upstreamTimeoutMs = 30_000;

  override get tls(): TlsSettings | undefined {
    const { tlsCert: cert, tlsKey: key, tlsPort: port } = this;
    if (cert === undefined || key === undefined) return undefined;
    const names = { cert: 'GATEWAY_TLS_CERT', key: 'GATEWAY_TLS_KEY', port: 'GATEWAY_TLS_PORT' };
    return { port, cert, key, names };
  }

  /** Organization of users whose token names none; `null` when they are refused. */
  get defaultOrganization(): string | null {
    return this.jwtDefaultOrganization ?? (this.mode === 'development' ? DEFAULT_ORGANIZATION.slug : null);
  }

  /** Everybody who signs users in. */
  get issuers(): readonly Issuer[] {
    const listed = this.jwtIssuers === undefined ? [] : parseIssuers(this.jwtIssuers, this);
    return [...this.oneIssuer(), ...listed];
  }

  private oneIssuer(): Issuer[] {
    const { jwtSecret: secret, jwksUri: published, jwtIssuer: issuer, jwtAudience: audience } = this;
    if (issuer === undefined) return [];
    const keys: IssuerKeys | undefined = secret !== undefined ? { secret } : published ? { published } : undefined;
    if (keys === undefined) return [];
    const { roleClaim, organizationClaim, groupsClaim, defaultOrganization } = this;
    const claims = { roleClaim, organizationClaim, groupsClaim, defaultOrganization };
    return [{ issuer, audience, keys, algorithms: algorithmsOf(keys), organization: null, name: null, ...claims }];
  }
}
