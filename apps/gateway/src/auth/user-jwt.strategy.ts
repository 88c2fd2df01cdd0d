import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Passport, Strategy } from 'passport';
import { ExtractJwt } from 'passport-jwt';
import { UnauthenticatedError } from '@agion/service-kit';
import { JwtVerifier, type VerifiedJwt } from './jwt-verifier.js';
import { OrganizationResolver } from './organization-resolver.js';
import { readUser } from './user-claims.js';
import type { Verified } from './verified.js';

const NAME = 'user-jwt';
const bearer = ExtractJwt.fromAuthHeaderAsBearerToken();
type Done = (error: unknown, user?: Verified) => void;
type PassportRequest = Parameters<Strategy['authenticate']>[0];

/** passport-jwt with our verifier in place of its own, which knows neither published keys nor a cache. */
class VerifiedJwtStrategy extends Strategy {
  constructor(
    private readonly verifier: JwtVerifier,
    private readonly accept: (jwt: VerifiedJwt, done: Done) => void,
  ) {
    super();
  }

  override authenticate(request: PassportRequest): void {
    const token = bearer(request);
    if (token === null) return this.fail('no bearer token', 401);
    this.verifier.verify(token).then(
      (jwt) => this.accept(jwt, (error, user) => (user ? this.success(user) : this.error(error))),
      (error: unknown) => this.error(error),
    );
  }
}

/** People: a JWT of the identity provider becomes a principal. */
@Injectable()
export class UserJwtStrategy extends PassportStrategy(VerifiedJwtStrategy, NAME) {
  // Not the process-wide passport: two gateways in one process must not share strategies. Set while super() runs.
  private passport!: InstanceType<typeof Passport>;

  constructor(
    verifier: JwtVerifier,
    private readonly organizations: OrganizationResolver,
  ) {
    super(verifier);
  }

  getPassportInstance(): InstanceType<typeof Passport> {
    return (this.passport ??= new Passport());
  }

  async validate({ claims, issuer, subject }: VerifiedJwt): Promise<Verified> {
    const { role, groups, organization: slug } = readUser(claims, issuer);
    const organization = await this.organizations.find(slug);
    return { principal: { kind: 'user', subject, role, groups, organization }, expiresAt: claims.exp * 1_000 };
  }

  /** @throws what the verifier throws, and ForbiddenError for users the platform has no place for */
  verify(request: FastifyRequest, reply: FastifyReply): Promise<Verified> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user?: unknown): void => {
        if (user && !error) resolve(user as Verified);
        else reject(error instanceof Error ? error : new UnauthenticatedError());
      };
      const authenticate = this.passport.authenticate(NAME, { session: false }, done) as PassportMiddleware;
      authenticate(request.raw, reply.raw, done);
    });
  }
}

type PassportMiddleware = (request: unknown, response: unknown, next: (error: unknown) => void) => void;
