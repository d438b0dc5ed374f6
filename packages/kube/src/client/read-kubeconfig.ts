import { dirname, resolve } from 'node:path';
import { ConfigError, readYamlFile } from '@interlink/runtime';

/** A kubeconfig file as it stands on disk; only what the client library leaves out is described here. */
export interface KubeconfigDocument {
  /** Absolute: relative paths in the file are relative to its directory. */
  readonly file: string;
  readonly users: readonly KubeconfigUserEntry[];
  readonly [key: string]: unknown;
}

interface KubeconfigUserEntry {
  readonly name?: string;
  readonly user?: KubeconfigUser | null;
}

/** The fields of a kubeconfig user that the client library does not read, or not as it should. */
export interface KubeconfigUser {
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string | null;
  readonly 'as-groups'?: readonly string[];
  readonly exec?: KubeconfigExec | null;
}

interface KubeconfigExec {
  readonly apiVersion?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/**
 * Reads one kubeconfig file.
 *
 * @throws ConfigError that names the file, and the line of a syntax error.
 */
export async function readKubeconfig(path: string): Promise<KubeconfigDocument> {
  const content = await readYamlFile(path);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new ConfigError(`${path}: not a kubeconfig`);
  const users = 'users' in content && Array.isArray(content.users) ? (content.users as unknown[]) : [];
  const entries = users.filter((entry): entry is KubeconfigUserEntry => typeof entry === 'object' && entry !== null);
  return { ...content, users: entries, file: resolve(path) };
}

/** The user with the fields that the client library knows under other names, or not at all, put where it finds them. */
export function completeUser(user: KubeconfigUser, file: string): Readonly<Record<string, unknown>> {
  const { tokenFile, exec, ...rest } = user;
  return {
    ...rest,
    // The library would send the text `undefined`.
    ...(rest.username === undefined ? {} : { password: rest.password ?? '' }),
    // The library reads token files for an auth-provider only. A token beside it gives way, as in client-go: the file is the one that is rotated.
    ...(tokenFile === undefined || tokenFile === ''
      ? {}
      : {
          token: undefined,
          'auth-provider': { name: 'tokenFile', config: { tokenFile: resolve(dirname(file), tokenFile) } },
        }),
    ...(exec == null ? {} : { exec: { ...exec, env: [...(exec.env ?? []), execInfo(exec)] } }),
  };
}

/** What the protocol of credential programs asks of their caller, and the library does not do. */
function execInfo(exec: KubeconfigExec): { readonly name: string; readonly value: string } {
  const apiVersion = exec.apiVersion ?? 'client.authentication.k8s.io/v1';
  const value = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  return { name: 'KUBERNETES_EXEC_INFO', value };
}
