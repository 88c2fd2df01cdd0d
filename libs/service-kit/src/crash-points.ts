import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ServiceSettings } from './config/service-settings.js';
import { CRASH_POINTS, type CrashPoint } from './crash-point.js';
import { LOGGER } from './logging/logger-token.js';

/**
 * Ends the process, as `kill -9` does, at the point `AGION_CRASH_AT` names. Fault tests prove with it that nothing is lost or done
 * twice; production ignores it, and everywhere else it costs a comparison.
 */
@Injectable()
export class CrashPoints {
  private readonly at: string | undefined;
  private left = 1;

  constructor(settings: ServiceSettings, @Inject(LOGGER) logger: Logger) {
    const crashAt = settings.mode === 'development' ? settings.crashAt : undefined;
    const [at, times = '1'] = crashAt?.split(':') ?? [];
    this.at = at;
    this.left = Number(times);
    if (settings.crashAt && !this.at) logger.warn('AGION_CRASH_AT is ignored in production');
    if (this.at) logger.warn({ at: this.at, points: CRASH_POINTS }, 'this process will end itself for a test');
  }

  /** Called between two steps. Does not return when this is the point, and was reached often enough. */
  reach(point: CrashPoint): void {
    if (this.at !== point) return;
    this.left -= 1;
    if (this.left === 0) process.kill(process.pid, 'SIGKILL');
  }
}
