import { Command } from 'commander';
import type { Outcome } from '../main.js';
import { checkAgent } from './check-agent.js';
import { checkMachine } from './check-machine.js';
import { checkPostgres } from './check-postgres.js';
import { checkRedis } from './check-redis.js';
import { checkServices } from './check-services.js';
import { reportText } from './finding.js';
import { givenPlatform } from './given.js';

const ABOUT = `
Looks at a running platform from this machine: the one its settings name (DATABASE_URL, REDIS_URL, AGION_GATEWAY_URL,
<SERVICE>_URL, and the agent's AGION_TOKEN and AGION_REDIS_URL; each secret also by <NAME>_FILE), else the one that
\`npm start\` runs here. Changes nothing. Ends with 1 when a line has ✗.`;

/** `agion doctor`. */
export const doctorCommand = (outcome: Outcome): Command =>
  new Command('doctor')
    .description('checks a running platform and says what to mend')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', ABOUT)
    .action(async ({ json }: { json?: true }) => {
      const platform = givenPlatform();
      const [postgres, redis, services, agent] = await Promise.all([
        checkPostgres(platform.databaseUrl),
        checkRedis(platform),
        checkServices(platform),
        checkAgent(platform),
      ]);
      const findings = [...checkMachine(platform), ...postgres, ...redis, ...services, ...agent];
      const ok = findings.every(({ status }) => status !== 'failed');
      console.log(json ? JSON.stringify({ ok, findings }, null, 2) : reportText(findings));
      outcome.status = ok ? 0 : 1;
    });
