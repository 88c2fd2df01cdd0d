/** The pod template of a workload, wherever its kind keeps it; undefined for anything that runs no pods. */
function podOf({ kind, spec }) {
  if (kind === 'Pod') return spec;
  if (kind === 'CronJob') return spec?.jobTemplate?.spec?.template?.spec;
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind) ? spec?.template?.spec : undefined;
}

const isPinned = (image = '') => /@sha256:|:(?!latest$)[^/:]+$/.test(image);

function containerFaults({ name, image, resources, securityContext = {} }, pod) {
  const rules = [
    [isPinned(image), `image \`${image}\` has no fixed version`],
    [securityContext.runAsNonRoot ?? pod.securityContext?.runAsNonRoot, 'runAsNonRoot is not true'],
    [securityContext.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation is not false'],
    [securityContext.readOnlyRootFilesystem, 'readOnlyRootFilesystem is not true'],
    [securityContext.capabilities?.drop?.includes('ALL'), 'capabilities are not dropped (drop: [ALL])'],
    [resources?.limits?.memory, 'there is no memory limit'],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `container ${name}: ${fault}`);
}

/** What one Kubernetes object lacks, in words. */
export function manifestFaults(manifest) {
  const where = `${manifest.kind} ${manifest.metadata?.name}`;
  if (!manifest.kind || !manifest.metadata?.name) return ['an object without kind or name'];
  const pod = podOf(manifest);
  if (!pod) return [];
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  const faults = containers.flatMap((container) => containerFaults(container, pod));
  if (pod.automountServiceAccountToken !== false) faults.push('automountServiceAccountToken is not false');
  return faults.map((fault) => `${where}: ${fault}`);
}

/** What the services of a compose file lack, in words. */
export function composeFaults({ services = {} }) {
  return Object.entries(services).flatMap(
    ([name, { image, build, privileged, security_opt: options = [], environment = {} }]) => {
      const mode = Array.isArray(environment)
        ? environment.includes('AGION_MODE=development')
        : environment.AGION_MODE === 'development';
      const rules = [
        [build || isPinned(image), `image \`${image}\` has no fixed version`],
        [!privileged, 'privileged'],
        [options.includes('no-new-privileges:true'), 'no-new-privileges is missing (security_opt)'],
        [!mode, 'runs in development mode'],
      ];
      return rules.filter(([holds]) => !holds).map(([, fault]) => `${name}: ${fault}`);
    },
  );
}
