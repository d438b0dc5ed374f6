import { readFile } from 'node:fs/promises';
import type { KubeClient } from '@interlink/kube';
import { splitCertificates, type Clock, type Logger } from '@interlink/runtime';
import { InvalidInputError, type ConfigMap } from '@interlink/spec';

/** What {@link followClientAuthorities} needs. */
export interface ClientAuthoritiesOptions {
  readonly client: KubeClient;
  /** PEM file; in place of the cluster's own statement. */
  readonly file?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const lookMilliseconds = { file: 10_000, cluster: 300_000 };
const retryMilliseconds = 10_000;

/**
 * Gives the certificate authorities whose client certificates name users of the cluster, at once and whenever they change, until the signal
 * aborts. While they cannot be read, the last ones stay in use; without any, no certificate is believed.
 */
export async function followClientAuthorities(
  options: ClientAuthoritiesOptions,
  use: (authorities: string) => void,
): Promise<void> {
  const { clock, logger, signal } = options;
  let current: string | undefined;
  let told = '';
  while (!signal.aborted) {
    let delay: number = options.file === undefined ? lookMilliseconds.cluster : lookMilliseconds.file;
    try {
      const authorities = await readAuthorities(options);
      if (authorities !== current) use(authorities);
      current = authorities;
    } catch (error) {
      delay = retryMilliseconds;
      const words = error instanceof Error ? error.message : String(error);
      if (words !== told)
        logger.warn(
          { err: error },
          'client certificates cannot be checked: the authorities of the cluster cannot be read',
        );
      told = words;
    }
    await clock.sleep(delay, { signal }).catch(() => undefined);
  }
}

async function readAuthorities({ client, file, signal }: ClientAuthoritiesOptions): Promise<string> {
  if (file !== undefined) return await readFromFile(file);
  const { data } = await client.request<ConfigMap>({ method: 'GET', path, signal });
  return data?.['client-ca-file'] ?? '';
}

/** An empty file, as in the middle of its replacement, would let nobody in. */
async function readFromFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  if (splitCertificates(text).length === 0) throw new InvalidInputError(`ClientCAFile: ${file} holds no certificate`);
  return text;
}
