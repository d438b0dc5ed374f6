import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UnauthenticatedError } from '@interlink/spec';
import type { KubeconfigExec } from './kubeconfig-types.ts';

/** What a credential program answered. Holds secrets. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

const execTimeoutMilliseconds = 60_000;
const run = promisify(execFile);

/**
 * Runs the credential program of a kubeconfig user, without a terminal.
 *
 * @throws UnauthenticatedError that names the program; its output is not repeated, since it may hold a token.
 */
export async function runExecCredential(exec: KubeconfigExec, environment: NodeJS.ProcessEnv): Promise<ExecCredential> {
  const apiVersion = exec.apiVersion ?? 'client.authentication.k8s.io/v1';
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  const extra = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  try {
    const { stdout } = await run(exec.command, [...(exec.args ?? [])], {
      env: { ...environment, ...extra, KUBERNETES_EXEC_INFO: info },
      timeout: execTimeoutMilliseconds,
      maxBuffer: 1024 * 1024,
    });
    return (JSON.parse(stdout) as { status?: ExecCredential }).status ?? {};
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new UnauthenticatedError(`the credential program ${exec.command} of the kubeconfig failed`, {
      details: { code },
    });
  }
}
