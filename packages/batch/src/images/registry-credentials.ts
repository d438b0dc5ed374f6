import type { Secret } from '@interlink/spec';
import type { RegistryImage } from './parse-image-reference.ts';

/** A user of a registry. Secret: never in a log, an error, an argument or the job's own environment. */
export interface RegistryCredential {
  readonly username: string;
  readonly password: string;
}

/** Credentials of a pod, by the part of a registry that they are for. */
export interface CredentialEntry extends RegistryCredential {
  /** Host, which may have `*` in its labels, a port, a path. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

interface AuthEntry {
  readonly username?: unknown;
  readonly password?: unknown;
  readonly auth?: unknown;
}

const dockerHub = 'index.docker.io';

/**
 * What a pod's image pull secrets hold, types `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`. What cannot be read is
 * left out, as a kubelet does.
 */
export function readPullSecrets(secrets: readonly Secret[]): CredentialEntry[] {
  return secrets.flatMap(({ data }) => {
    const config = parse(data?.['.dockerconfigjson']) as { auths?: unknown } | undefined;
    const auths = config === undefined ? parse(data?.['.dockercfg']) : config.auths;
    return isRecord(auths) ? Object.entries(auths).flatMap(readEntry) : [];
  });
}

function parse(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined;
  try {
    const value = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as unknown;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry([key, value]: readonly [string, unknown]): CredentialEntry[] {
  const place = readPlace(key);
  const credential = isRecord(value) ? readCredential(value) : undefined;
  // They become environment variables, which cannot have this byte.
  if (!place || !credential || `${credential.username}${credential.password}`.includes('\0')) return [];
  return [{ ...place, ...credential }];
}

function readCredential({ username, password, auth }: AuthEntry): RegistryCredential | undefined {
  const decoded = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined;
}

/** `https://host:port/v1/path`, with or without its scheme and version, as people write it into a docker config. */
function readPlace(key: string): Omit<CredentialEntry, keyof RegistryCredential> | undefined {
  const [, authority = '', path = ''] = /^(?:https?:\/\/)?([^/]+)(.*)$/.exec(key) ?? [];
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return host === '' ? undefined : { host, port, path: path.replace(/^\/v[12](?=\/|$)/, '').replace(/\/+$/, '') };
}

/** The credentials that may be meant for an image, the one with the longest path first: as a kubelet, all are to be tried. */
export function matchCredentials(
  entries: readonly CredentialEntry[],
  { registry, repository }: RegistryImage,
): RegistryCredential[] {
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(registry) ?? [];
  const path = `/${repository}`;
  const hosts = host === 'docker.io' ? [host, dockerHub] : [host];
  return entries
    .filter((entry) => entry.port === port && hosts.some((name) => matchesHost(entry.host, name)))
    .filter((entry) => path.startsWith(entry.path))
    .toSorted((left, right) => right.path.length - left.path.length)
    .map(({ username, password }) => ({ username, password }));
}

/** Label by label, so that `*.example.org` is no parent of `a.b.example.org`. */
function matchesHost(pattern: string, host: string): boolean {
  const [patterns, labels] = [pattern.split('.'), host.split('.')];
  return patterns.length === labels.length && patterns.every((glob, index) => matchesLabel(glob, labels[index] ?? ''));
}

/** With `*` for any characters. Without a regular expression, which could be made to run for ever. */
function matchesLabel(glob: string, label: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return glob === label;
  if (!label.startsWith(first)) return false;
  let position = first.length;
  for (const part of rest) {
    const found = label.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return label.length - last.length >= position && label.endsWith(last);
}
