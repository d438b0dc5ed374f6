import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary directory with kubeconfig files and what lies beside them. */
export interface KubeconfigDirectory extends AsyncDisposable {
  path(name: string): string;
  write(name: string, content: string): Promise<string>;
  /** Writes a kubeconfig whose context `c` leads to the cluster and the user; gives its path. */
  writeKubeconfig(user: object, cluster?: object): Promise<string>;
}

/** Makes a directory of its own. */
export async function createKubeconfigDirectory(): Promise<KubeconfigDirectory> {
  const directory = await mkdtemp(join(tmpdir(), 'interlink-kubeconfig-'));
  const path = (name: string): string => join(directory, name);
  async function write(name: string, content: string): Promise<string> {
    await writeFile(path(name), content);
    return path(name);
  }
  return {
    path,
    write,
    writeKubeconfig: (user, cluster = {}) => write('config', JSON.stringify(kubeconfig(user, cluster))),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** The content of a kubeconfig with one context. */
export function kubeconfig(user: object, cluster: object = {}): Record<string, unknown> {
  return {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://k:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
  };
}
