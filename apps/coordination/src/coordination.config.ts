import {
  ABOUT_DATABASE_URL,
  ABOUT_SERVICE_KEY,
  databaseUrlVariables,
  ServiceSettings,
  serviceKeyVariables,
  Setting,
} from '@agion/service-kit';
import { DEFAULT_PORTS } from '@agion/wire';
import { IsInt, IsString, Matches, Max, Min } from 'class-validator';

/** What the coordination service is told by its environment. */
export class CoordinationSettings extends ServiceSettings {
  @Setting('COORDINATION_PORT', { about: 'Port of the coordination service.' })
  @IsInt()
  @Min(0)
  @Max(65535)
  port = DEFAULT_PORTS.coordination;

  @Setting(serviceKeyVariables('coordination'), { about: ABOUT_SERVICE_KEY, secret: true })
  @IsString({ message: 'must be set' })
  serviceKey!: string;

  @Setting(databaseUrlVariables('coordination'), { about: ABOUT_DATABASE_URL, secret: true })
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must be set to a postgresql:// URL' })
  databaseUrl!: string;
}
