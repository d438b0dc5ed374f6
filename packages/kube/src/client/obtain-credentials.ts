import { InvalidInputError, TimeoutError, UnauthenticatedError, isInterLinkError } from '@interlink/spec';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeCredentials } from './kube-credentials.ts';

const authenticationTimeoutMilliseconds = 60_000;

/** What the library fills in. */
interface AppliedOptions {
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
  /** Name and password, with a colon between. */
  auth?: string;
  headers: Record<string, string>;
}

/**
 * Asks the library for what goes with requests to the current cluster: it reads files, runs the credential program, refreshes tokens.
 *
 * @param source - Where the configuration comes from, for messages, e.g. `kubeconfig /etc/config`.
 * @throws InvalidInputError for a file that cannot be read; UnauthenticatedError or TimeoutError of a credential program or provider.
 */
export async function obtainCredentials(config: KubeConfig, source: string): Promise<KubeCredentials> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new InvalidInputError(`${source}: names no cluster`);
  const options: AppliedOptions = { headers: {} };
  try {
    await withDeadline(config.applyToHTTPSOptions(options), source);
  } catch (error) {
    throw translate(error, config, source);
  }
  return {
    server: cluster.server,
    tls: {
      ...pem('ca', options.ca),
      ...pem('cert', options.cert),
      ...pem('key', options.key),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      rejectUnauthorized: options.rejectUnauthorized !== false,
    },
    headers: headersOf(options),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}

function pem<K extends string>(name: K, value: Buffer | string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value.toString() } as Record<K, string>);
}

function headersOf({ headers, auth }: AppliedOptions): Record<string, string> {
  const basic = auth === undefined ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  // Token files often end in a newline, which no header may hold.
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  return { ...basic, ...Object.fromEntries(named) };
}

/** The library waits for a credential program without end. */
async function withDeadline(work: Promise<void>, source: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const expire = (): void => reject(new TimeoutError(`${source}: no credentials within 60 s`));
    timer = setTimeout(expire, authenticationTimeoutMilliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The library's messages repeat what credential programs and providers printed, maybe a token: they are left out, as is the cause. */
function translate(error: unknown, config: KubeConfig, source: string): unknown {
  if (isInterLinkError(error)) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (path !== undefined && syscall === 'open')
    return new InvalidInputError(`${source}: cannot read ${path} (${code ?? 'unreadable'})`, { cause: error });
  const { exec, authProvider } = (config.getCurrentUser() ?? {}) as {
    exec?: { command?: string } | null;
    authProvider?: { name?: string } | null;
  };
  const details = code === undefined ? {} : { code };
  if (exec != null)
    return new UnauthenticatedError(`${source}: the credential program ${exec.command ?? ''} failed`, { details });
  if (authProvider != null)
    return new UnauthenticatedError(`${source}: the auth-provider ${authProvider.name ?? ''} failed`, { details });
  return new InvalidInputError(`${source}: cannot be used`, { cause: error, details });
}
