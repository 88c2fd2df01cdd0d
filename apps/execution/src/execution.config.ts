import { Setting, ownSettingsWithDatabase } from '@agion/service-kit';
import { IsInt, IsOptional, IsString, Matches, Max, Min, ValidateIf } from 'class-validator';

/** The environment of the execution service. */
export class ExecutionSettings extends ownSettingsWithDatabase('execution') {
  @Setting('OPENAI_BASE_URL', {
    about:
      'Any OpenAI-compatible API, up to and without /chat/completions. Without it runs are answered by an offline demo model that says so.',
    example: 'http://127.0.0.1:11434/v1',
  })
  @IsOptional()
  @Matches(/^https?:\/\/\S+$/, { message: 'must be an http:// or https:// URL' })
  openaiBaseUrl?: string;

  @Setting('OPENAI_API_KEY', { about: 'Key of that API, where it asks for one.', secret: true, foreign: true })
  @IsOptional()
  @IsString()
  openaiApiKey?: string;

  @Setting('OPENAI_MODEL', { about: 'The model to ask for. Needed with OPENAI_BASE_URL.', example: 'gpt-5-mini' })
  @ValidateIf(({ openaiBaseUrl }: ExecutionSettings) => openaiBaseUrl !== undefined)
  @IsString({ message: 'must be set when OPENAI_BASE_URL is' })
  openaiModel?: string;

  @Setting('RUN_CONCURRENCY', { about: 'Runs worked on at once by one execution process.' })
  @IsInt()
  @Min(1)
  @Max(1_000)
  runConcurrency = 32;

  @Setting('RUN_QUEUE', { about: 'Runs that may wait for a place; a run beyond them is refused with 503.' })
  @IsInt()
  @Min(0)
  @Max(10_000)
  runQueue = 100;

  @Setting('RUN_CALLER_LIMIT', {
    about: 'Runs one caller may have under way in one execution process, working and waiting; beyond them: 429.',
  })
  @IsInt()
  @Min(1)
  @Max(11_000)
  runCallerLimit = 8;

  @Setting('RUN_ORGANIZATION_PERCENT', {
    about: 'Share of all places for runs that one organization may hold, in percent; beyond it: 429.',
  })
  @IsInt()
  @Min(1)
  @Max(100)
  runOrganizationPercent = 50;

  @Setting('RUN_TIMEOUT_SECONDS', { about: 'Seconds a run may take once its work has begun.' })
  @IsInt()
  @Min(1)
  @Max(3_600)
  runTimeoutSeconds = 120;

  @Setting('RUN_RETENTION_DAYS', {
    about:
      'Days a run is kept after its end, for its owner to read. An organization’s quota of runs counts those that are kept.',
  })
  @IsInt()
  @Min(1)
  @Max(3_650)
  runRetentionDays = 30;

  @Setting('RUN_STOP_SECONDS', { about: 'Seconds that runs get to finish when the service is asked to stop.' })
  @IsInt()
  @Min(0)
  @Max(20)
  runStopSeconds = 10;

  /** Runs one organization may have under way in this process. */
  get runOrganizationLimit(): number {
    return Math.max(1, Math.floor(((this.runConcurrency + this.runQueue) * this.runOrganizationPercent) / 100));
  }
}
