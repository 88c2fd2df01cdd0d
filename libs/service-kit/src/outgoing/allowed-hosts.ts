/** A host an operator vouches for, and its port; without one, the ports of http and https. */
export interface AllowedHost {
  /** As URLs have it: lower case, IPv6 in brackets, no dot at the end. */
  readonly host: string;
  readonly port?: number;
}

const DEFAULT_PORTS = [80, 443];

/** Reads `host[:port]`. @throws Error when the text is none, or names more than one host */
export function parseAllowedHost(text: string): AllowedHost {
  const url = URL.parse(`http://${text}`);
  const port = /:(\d{1,5})$/.exec(text)?.[1];
  const whole = url !== null && url.hostname !== '' && url.pathname === '/' && !/[/?#@\s*]|:$/.test(text);
  if (!whole) throw new Error(`\`${text}\` is no \`host\` or \`host:port\` (an IPv6 address stands in brackets)`);
  return { host: hostOf(url), ...(port !== undefined && { port: Number(port) }) };
}

/** The host and port a URL leads to, where whoever has set the URL vouches for them. */
export const allowedHostOf = (url: URL): AllowedHost => ({ host: hostOf(url), port: portOf(url) });

/** The host of a URL in the one form in which hosts are compared. */
export const hostOf = ({ hostname }: URL): string => hostname.toLowerCase().replace(/\.$/, '');

/** The port a URL leads to. */
export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

export function isAllowedHost(url: URL, allowed: readonly AllowedHost[]): boolean {
  const host = hostOf(url);
  const port = portOf(url);
  return allowed.some((entry) =>
    entry.port === undefined
      ? entry.host === host && DEFAULT_PORTS.includes(port)
      : entry.host === host && entry.port === port,
  );
}
