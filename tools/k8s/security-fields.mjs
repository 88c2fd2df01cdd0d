/** The pod template of a workload, wherever its kind keeps it; undefined for anything that runs no pods. */
function podOf({ kind, spec }) {
  if (kind === 'Pod') return spec;
  if (kind === 'CronJob') return spec?.jobTemplate?.spec?.template?.spec;
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind) ? spec?.template?.spec : undefined;
}

const isPinned = (image = '') => /@sha256:|:(?!latest$)[^/:]+$/.test(image);

const UNPRIVILEGED = ['RuntimeDefault', 'Localhost'];

/** What the restricted pod security standard asks of a container, and what makes it safe to run beside others. */
function containerFaults({ name, image, resources, securityContext = {}, ...container }, pod, isService) {
  const seccomp = (securityContext.seccompProfile ?? pod.securityContext?.seccompProfile)?.type;
  const rules = [
    [isPinned(image), `image \`${image}\` has no fixed version`],
    [securityContext.runAsNonRoot ?? pod.securityContext?.runAsNonRoot, 'runAsNonRoot is not true'],
    [securityContext.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation is not false'],
    [securityContext.readOnlyRootFilesystem, 'readOnlyRootFilesystem is not true'],
    [securityContext.capabilities?.drop?.includes('ALL'), 'capabilities are not dropped (drop: [ALL])'],
    [!securityContext.privileged && !securityContext.capabilities?.add, 'is privileged, or adds capabilities'],
    [UNPRIVILEGED.includes(seccomp), 'seccompProfile is not RuntimeDefault'],
    [resources?.limits?.memory, 'there is no memory limit'],
    [resources?.requests?.memory && resources.requests.cpu, 'there are no requests for memory and cpu'],
    ...['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => [
      !isService || container[probe],
      `there is no ${probe}`,
    ]),
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `container ${name}: ${fault}`);
}

function podFaults(pod) {
  const rules = [
    [pod.automountServiceAccountToken === false, 'automountServiceAccountToken is not false'],
    [pod.serviceAccountName && pod.serviceAccountName !== 'default', 'there is no service account of its own'],
    // Services would otherwise be announced as <NAME>_PORT=tcp://…, and those are names of settings.
    [pod.enableServiceLinks === false, 'enableServiceLinks is not false'],
    [!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'shares the network, processes or memory of its host'],
    [!pod.volumes?.some(({ hostPath }) => hostPath), 'mounts a path of its host'],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}

/** What one Kubernetes object lacks, in words. */
export function manifestFaults(manifest) {
  const where = `${manifest.kind} ${manifest.metadata?.name}`;
  if (!manifest.kind || !manifest.metadata?.name) return ['an object without kind or name'];
  const pod = podOf(manifest);
  if (!pod) return [];
  const runsOn = ['Deployment', 'StatefulSet', 'DaemonSet', 'Pod'].includes(manifest.kind);
  const faults = [
    ...(pod.initContainers ?? []).flatMap((container) => containerFaults(container, pod, false)),
    ...(pod.containers ?? []).flatMap((container) => containerFaults(container, pod, runsOn)),
    ...podFaults(pod),
  ];
  return faults.map((fault) => `${where}: ${fault}`);
}

const isPublishedOnLoopback = (port) =>
  /^(127\.0\.0\.1|\[::1\]):/.test(port?.host_ip ? `${port.host_ip}:` : String(port));
const environmentText = (environment) =>
  (Array.isArray(environment) ? environment : Object.entries(environment).map((pair) => pair.join('='))).join('\n');

/** What the services of a compose file lack, in words. */
export function composeFaults({ services = {} }) {
  return Object.entries(services).flatMap(([name, service]) => {
    const { image, build, environment = {}, ports = [], security_opt: options = [], cap_drop: dropped = [] } = service;
    const told = environmentText(environment);
    const rules = [
      [build || isPinned(image), `image \`${image}\` has no fixed version`],
      [!service.privileged, 'privileged'],
      [options.includes('no-new-privileges:true'), 'no-new-privileges is missing (security_opt)'],
      [dropped.includes('ALL'), 'capabilities are not dropped (cap_drop: [ALL])'],
      [service.read_only, 'read_only is not true'],
      [service.user, 'there is no user'],
      [service.mem_limit, 'there is no memory limit (mem_limit)'],
      [ports.every(isPublishedOnLoopback), 'publishes a port on more than 127.0.0.1'],
      [!/^AGION_MODE=development$/m.test(told), 'runs in development mode'],
      [!/^\w*(PASSWORD|SECRET|TOKEN|SERVICE_KEY|DATABASE_URL)=./m.test(told), 'has a secret in its environment'],
    ];
    return rules.filter(([holds]) => !holds).map(([, fault]) => `${name}: ${fault}`);
  });
}
