import { DEFAULT_PORTS, type ServiceName } from '@agion/wire';
import {
  IsInt,
  Matches,
  Max,
  Min,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { parsePrivateKey } from '../identity/service-keys.js';
import { ServiceSettings } from './service-settings.js';
import { Setting } from './setting.js';

@ValidatorConstraint({ name: 'ed25519PrivateKey' })
class Ed25519PrivateKey implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    try {
      return typeof value === 'string' && parsePrivateKey(value) !== undefined;
    } catch {
      return false;
    }
  }

  defaultMessage(): string {
    return 'must be set to an Ed25519 private key (PKCS8 DER, base64url)';
  }
}

/** An Ed25519 private key as settings carry it: PKCS8 DER, base64url. */
export const IsPrivateKey = (): PropertyDecorator => Validate(Ed25519PrivateKey);

/** The settings of a service by its name: its port and its key. A service adds what it alone needs. */
export function ownSettings(service: ServiceName) {
  const prefix = service.toUpperCase();

  class OwnSettings extends ServiceSettings {
    @Setting(`${prefix}_PORT`, { about: `Port of the ${service} service.` })
    @IsInt()
    @Min(0)
    @Max(65_535)
    port: number = DEFAULT_PORTS[service];

    @Setting([`${prefix}_SERVICE_KEY`, 'AGION_SERVICE_KEY'], {
      about:
        'Ed25519 private key this service signs its calls with (PKCS8 DER, base64url). `<SERVICE>_SERVICE_KEY` gives each its own.',
      secret: true,
    })
    @IsPrivateKey()
    serviceKey!: string;
  }
  return OwnSettings;
}

/** The same for a service with a schema in Postgres. */
export function ownSettingsWithDatabase(service: ServiceName) {
  class OwnSettingsWithDatabase extends ownSettings(service) {
    @Setting([`${service.toUpperCase()}_DATABASE_URL`, 'DATABASE_URL', 'SUPABASE_DATABASE_URL'], {
      about:
        'Postgres 15 or later; `?sslmode=verify-full` for TLS, with `&sslrootcert=<file>` for a private certificate authority. `<SERVICE>_DATABASE_URL` gives each service its own login; `npm run db:roles` makes them.',
      secret: true,
    })
    @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must be set to a postgresql:// URL' })
    @Matches(/^(?!.*[?&](sslmode=(allow|prefer|no-verify)|ssl=no-verify)).*$/, {
      message:
        'must not ask for TLS that checks nobody: use `sslmode=verify-full`, with `sslrootcert=<file>` for a private certificate authority',
    })
    databaseUrl!: string;
  }
  return OwnSettingsWithDatabase;
}
