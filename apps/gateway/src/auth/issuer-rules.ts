import { type ValidationArguments, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { weakSecrets } from '@agion/service-kit';
import type { GatewaySettings } from '../gateway.config.js';
import type { Issuer } from './issuer.js';
import { faultBetween, parseIssuers } from './issuer-setting.js';

/** One issuer has one key: the algorithm follows from it, never from a token. */
@ValidatorConstraint({ name: 'oneKeyOfUsers' })
export class OneKeyOfUsers implements ValidatorConstraintInterface {
  validate(_: unknown, { object }: ValidationArguments): boolean {
    const { jwtSecret, jwksUri, jwtIssuers } = object as GatewaySettings;
    const given = [jwtSecret, jwksUri].filter((key) => key !== undefined).length;
    return given === 1 || (given === 0 && jwtIssuers !== undefined);
  }

  defaultMessage(): string {
    return 'or SUPABASE_JWT_SECRET must be set, and not both, or JWT_ISSUERS: it is what user tokens are verified with';
  }
}

/** Where keys come from decides who is let in: in production nobody on the way may swap them. */
const isFetchedSafely = (uri: string, mode: GatewaySettings['mode']): boolean => {
  const scheme = URL.parse(uri)?.protocol;
  return scheme === 'https:' || (scheme === 'http:' && mode === 'development');
};

@ValidatorConstraint({ name: 'keysFetchedSafely' })
export class KeysFetchedSafely implements ValidatorConstraintInterface {
  validate(uri: unknown, { object }: ValidationArguments): boolean {
    return uri === undefined || (typeof uri === 'string' && isFetchedSafely(uri, (object as GatewaySettings).mode));
  }

  defaultMessage(): string {
    return 'must be an https:// URL (http:// in development)';
  }
}

/** The list of issuers, each by itself and all together, with the one of the short form. */
@ValidatorConstraint({ name: 'listsIssuers' })
export class ListsIssuers implements ValidatorConstraintInterface {
  validate(_: unknown, { object }: ValidationArguments): boolean {
    return faultOf(object as GatewaySettings) === null;
  }

  defaultMessage({ object }: ValidationArguments): string {
    return `is not a list of issuers: ${faultOf(object as GatewaySettings) ?? ''}`;
  }
}

const weaknessIn = (issuers: readonly Issuer[]): string | null =>
  weakSecrets(
    issuers.flatMap(({ issuer, keys }) =>
      keys.secret === undefined ? [] : [{ name: `the secret of \`${issuer}\``, value: keys.secret }],
    ),
  )[0] ?? null;

function faultOf(settings: GatewaySettings): string | null {
  try {
    const listed = parseIssuers(settings.jwtIssuers ?? '', settings);
    const unsafe = listed.find(({ keys }) => keys.published && !isFetchedSafely(keys.published, settings.mode));
    if (unsafe) return `the keys of \`${unsafe.issuer}\` must be at an https:// URL (http:// in development)`;
    return faultBetween(settings.issuers) ?? (settings.mode === 'production' ? weaknessIn(listed) : null);
  } catch (error) {
    return (error as Error).message;
  }
}

/** Headers name no organization: where their users belong has to be set. */
@ValidatorConstraint({ name: 'needsOrganization' })
export class NeedsOrganization implements ValidatorConstraintInterface {
  validate(_: unknown, { object }: ValidationArguments): boolean {
    const { headerOrganization, defaultOrganization } = object as GatewaySettings;
    return (headerOrganization ?? defaultOrganization) !== null;
  }

  defaultMessage(): string {
    return 'needs GATEWAY_HEADER_ORGANIZATION: the organization of the users it signs in';
  }
}
