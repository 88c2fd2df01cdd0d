import { DEFAULT_PORTS } from '@agion/wire';
import {
  ABOUT_DATABASE_URL,
  ABOUT_SERVICE_KEY,
  databaseUrlVariables,
  serviceKeyVariables,
  ServiceSettings,
  Setting,
} from '@agion/service-kit';
import { IsInt, IsString, Matches, Max, Min } from 'class-validator';

/** What the registry needs to run. */
export class RegistrySettings extends ServiceSettings {
  @Setting('REGISTRY_PORT', { about: 'Port of the registry service.' })
  @IsInt()
  @Min(0)
  @Max(65535)
  port = DEFAULT_PORTS.registry;

  @Setting(serviceKeyVariables('registry'), { about: ABOUT_SERVICE_KEY, secret: true })
  @IsString({ message: 'must be set' })
  serviceKey!: string;

  @Setting(databaseUrlVariables('registry'), { about: ABOUT_DATABASE_URL, secret: true })
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must be set to a postgresql:// URL' })
  databaseUrl!: string;
}
