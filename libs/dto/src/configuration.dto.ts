import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type as Convert } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsChosenId } from './identifiers.js';
import { PageQueryDto } from './page.dto.js';

const MAX_VERSION = 2_147_483_647;

/** `?flag=true` and `?flag=false`; everything else stays what it is and is refused. */
const Flag = (): PropertyDecorator =>
  Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) =>
    obj[key] === 'true' ? true : obj[key] === 'false' ? false : obj[key],
  );

export class ConfigurationIdParamDto {
  @ApiProperty({ example: 'data_analysis' })
  @IsChosenId()
  id!: string;
}

export class ConfigurationVersionParamDto extends ConfigurationIdParamDto {
  @ApiProperty({ example: 2 })
  @Convert(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(1)
  @Max(MAX_VERSION)
  version!: number;
}

export class ListConfigurationsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ default: false, description: 'Archived ones too.' })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  include_archived = false;
}

export class UpdateConfigurationQueryDto {
  @ApiPropertyOptional({
    default: true,
    description: 'false: the new version is kept but not served, to be rolled out or activated later.',
  })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  activate = true;
}

/** A candidate version for a part of the agents; each agent stays on its side. */
export class RolloutDto {
  @ApiProperty({ type: Number, nullable: true, example: 3, description: 'A version; null ends the rollout.' })
  @IsOptional()
  @IsInt({ message: 'must be a whole number, or null' })
  @Min(1)
  @Max(MAX_VERSION)
  candidate?: number | null;

  @ApiProperty({ example: 10, minimum: 0, maximum: 100, description: '0 ends the rollout.' })
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(100)
  percent!: number;
}

export class RolloutStateDto {
  @ApiProperty({ example: 2, description: 'The version served to everybody else.' })
  active_version!: number;

  @ApiProperty({ type: Number, nullable: true, example: 3 })
  candidate!: number | null;

  @ApiProperty({ example: 10 })
  percent!: number;
}

/** One version of a configuration and what it said. */
export class ConfigurationVersionDto {
  @ApiProperty({ example: 2 })
  version!: number;

  @ApiProperty({ description: 'Served now.' })
  active!: boolean;

  @ApiProperty({ type: Number, nullable: true, example: 10, description: 'Percent of the agents that are served it.' })
  candidate_percent!: number | null;

  @ApiProperty({ example: 'user:6f2a…' })
  created_by!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: Object, description: 'The document as it stood in that version.' })
  document!: Record<string, unknown>;
}

export class ConfigurationVersionPageDto {
  @ApiProperty({ type: [ConfigurationVersionDto] })
  items!: ConfigurationVersionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
