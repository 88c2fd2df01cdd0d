/**
 * Label selectors as Kubernetes reads them; an empty one selects everything.
 * @param {{matchLabels?: Record<string, string>, matchExpressions?: {key: string, operator: string, values?: string[]}[]}} [selector]
 * @param {Record<string, string>} [labels]
 */
export function selects({ matchLabels = {}, matchExpressions = [] } = {}, labels = {}) {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return equal && matchExpressions.every((expression) => holds(expression, labels));
}

function holds({ key, operator, values = [] }, labels) {
  switch (operator) {
    case 'In':
      return values.includes(labels[key]);
    case 'NotIn':
      return !values.includes(labels[key]);
    case 'Exists':
      return key in labels;
    case 'DoesNotExist':
      return !(key in labels);
    default:
      throw new Error(`a selector with the operator \`${operator}\``);
  }
}

const asNumber = (address) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function isWithin(address, cidr) {
  const [network, bits] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(asNumber(address) / size) === Math.floor(asNumber(network) / size);
}

/** Whether a peer of a rule in a policy of `namespace` stands for this end of a connection. */
function isPeer({ ipBlock, namespaceSelector, podSelector }, end, namespace) {
  if (ipBlock) {
    const { cidr, except = [] } = ipBlock;
    return (
      end.address !== undefined && isWithin(end.address, cidr) && !except.some((range) => isWithin(end.address, range))
    );
  }
  if (end.address !== undefined) return false;
  const inNamespace = namespaceSelector ? selects(namespaceSelector, end.namespaceLabels) : end.namespace === namespace;
  return inNamespace && (!podSelector || selects(podSelector, end.labels));
}

const isPort = ({ port, endPort, protocol = 'TCP' }, wanted, over) =>
  protocol === over && (port === undefined || (wanted >= port && wanted <= (endPort ?? port)));

/** Whether one side lets a connection pass: no policy selects it, or a rule of one that does names the other end and the port. */
function passes({ policies, own, other, port, protocol, direction }) {
  if (own.address !== undefined) return true; // outside the cluster no policy of ours applies
  const [type, rules, peers] = direction === 'in' ? ['Ingress', 'ingress', 'from'] : ['Egress', 'egress', 'to'];
  const applying = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === own.namespace && spec.policyTypes.includes(type) && selects(spec.podSelector, own.labels),
  );
  if (applying.length === 0) return true;
  return applying.some(({ metadata, spec }) =>
    (spec[rules] ?? []).some(
      (rule) =>
        (!rule[peers] || rule[peers].some((peer) => isPeer(peer, other, metadata.namespace))) &&
        (!rule.ports || rule.ports.some((one) => isPort(one, port, protocol))),
    ),
  );
}

/**
 * Whether network policies let one end open a connection to another.
 * @param policies NetworkPolicy objects, with ports by their number
 * @param from, to a pod as `{namespace, namespaceLabels, labels}`, or `{address}` (IPv4) for what is outside the cluster
 */
export function isAllowed(policies, { from, to, port, protocol = 'TCP' }) {
  return (
    passes({ policies, own: from, other: to, port, protocol, direction: 'out' }) &&
    passes({ policies, own: to, other: from, port, protocol, direction: 'in' })
  );
}
