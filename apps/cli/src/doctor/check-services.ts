import { ask, type HttpAnswer } from './ask.js';
import { type Finding, findingsOf } from './finding.js';
import type { GivenPlatform } from './given.js';

const make = findingsOf('Services');

interface Check {
  status?: string;
  detail?: string;
  durability?: string;
  overdue_months?: number;
  oldest_month?: string;
}

interface Readiness {
  status?: string;
  checks?: Record<string, Check>;
}

/** Which services answer, and which are ready. Those behind the gateway are often reached by it alone. */
export async function checkServices({ gatewayUrl, serviceUrls, mode }: GivenPlatform): Promise<Finding[]> {
  const health = await ask(`${gatewayUrl}/health`);
  if ('failure' in health)
    return [
      make('failed', 'gateway', `${gatewayUrl}: ${health.failure}`, 'start the platform, or set AGION_GATEWAY_URL'),
    ];
  const seen = (health.body as { services?: Record<string, string> } | undefined)?.services ?? {};
  const vouched: string[] = [];
  const overdue: Finding[] = [];
  const behind = await Promise.all(
    [...serviceUrls].map(async ([service, url]): Promise<Finding> => {
      const says = seen[service];
      const answer = await ask(`${url}/readiness`);
      if (isVouchedFor(answer)) vouched.push(service);
      overdue.push(...retention(answer));
      if (!('failure' in answer)) return readiness(service, answer.status, answer.body as Readiness);
      return says === 'healthy'
        ? make('ok', service, `healthy, says the gateway; ${url} is not reached from here`)
        : make(
            'failed',
            service,
            `${says ?? 'unknown'}, says the gateway; ${url}: ${answer.failure}`,
            `look at the log of ${service}`,
          );
    }),
  );
  const own = await ask(`${gatewayUrl}/readiness`);
  if (isVouchedFor(own)) vouched.push('gateway');
  const gateway =
    'failure' in own
      ? make('warning', 'gateway', `healthy; /readiness: ${own.failure}`)
      : readiness('gateway', own.status, own.body as Readiness);
  const isPlain = gatewayUrl.startsWith('http:') && !/^http:\/\/(localhost|127\.|\[::1\])/.test(gatewayUrl);
  const tls =
    isPlain && mode === 'production'
      ? [
          make(
            'warning',
            'tls',
            `${gatewayUrl} is plain HTTP`,
            'put TLS in front of it, or set GATEWAY_TLS_CERT and GATEWAY_TLS_KEY',
          ),
        ]
      : [];
  return [gateway, ...behind, ...durability(vouched), ...overdue, ...tls];
}

/** Whether a service says of its Redis that nobody has seen it keep what it is given. */
const isVouchedFor = (answer: HttpAnswer): boolean =>
  'body' in answer && (answer.body as Readiness | undefined)?.checks?.redis?.durability === 'acknowledged';

function durability(vouched: readonly string[]): Finding[] {
  if (vouched.length === 0) return [];
  const detail = `acknowledged by its operator, not seen by ${[...vouched].sort().join(', ')}`;
  return [
    make('warning', 'redis durability', detail, 'see for yourself that this Redis keeps its data and evicts nothing'),
  ];
}

/** Months of trust events that governance says nobody archives. */
function retention(answer: HttpAnswer): Finding[] {
  const check = 'body' in answer ? (answer.body as Readiness | undefined)?.checks?.trust_retention : undefined;
  if (!check?.overdue_months) return [];
  const detail = `months that wait for their archive: ${check.overdue_months}, the oldest is ${check.oldest_month ?? 'unknown'}`;
  return [make('warning', 'old trust events', detail, 'run `agion trust archive`, each month')];
}

function readiness(service: string, status: number, body: Readiness | undefined): Finding {
  if (status === 200) return make('ok', service, 'healthy and ready');
  const failed = Object.entries(body?.checks ?? {}).filter(([, check]) => check.status !== 'ok');
  const why = failed.map(([name, { detail }]) => `${name}: ${detail ?? 'failed'}`).join('; ');
  return make(
    'failed',
    service,
    `answers, but is not ready (${why || `status ${status}`})`,
    `look at /readiness of ${service}`,
  );
}
