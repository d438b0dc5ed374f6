import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp, type AppProcess, type ControlPlane } from '@interlink/testbed';

/** One of two processes that share the work. */
export interface Replica {
  /** Also its bearer token. */
  readonly name: string;
  process: AppProcess;
  /** Whether it says that it leads; false when it does not answer. */
  leads(): Promise<boolean>;
  /** The text of a path of its operations server. */
  read(path: string): Promise<string>;
  restart(): Promise<void>;
}

/** Where replicas run. */
export interface ReplicaWorld {
  readonly directory: string;
  readonly controlPlane: ControlPlane;
  readonly apiUrl: string;
  readonly nodeName: string;
}

/** Starts one. Its lease lasts 3 s, so that tests need not wait long. */
export async function startReplica(world: ReplicaWorld, name: string): Promise<Replica> {
  const { directory, controlPlane, apiUrl, nodeName } = world;
  const file = join(directory, `${name}.yaml`);
  const election =
    'Enabled: true, Namespace: default, LeaseDurationSeconds: 3, RenewDeadlineSeconds: 2, RetryPeriodSeconds: 0.3';
  await writeFile(join(directory, `${name}.token`), name, { mode: 0o600 });
  await writeFile(
    file,
    [
      `InterlinkURL: ${apiUrl}`,
      `VKTokenFile: ${join(directory, `${name}.token`)}`,
      'DisableCSR: true',
      'Extensions:',
      '  StatusIntervalSeconds: 1',
      `  LeaderElection: { ${election} }`,
      "  Operations: { Address: '127.0.0.1:0' }",
      '',
    ].join('\n'),
  );
  const environment = {
    NODENAME: nodeName,
    KUBECONFIG: controlPlane.kubeconfigFile,
    KUBELET_URL: '127.0.0.1',
    KUBELET_PORT: '0',
    POD_IP: '127.0.0.1',
  };
  const start = async (): Promise<AppProcess> => {
    const app = await startApp('interlink-virtual-kubelet', ['--config', file], { environment });
    await app.said('health and metrics are served');
    return app;
  };
  const replica: Replica = {
    name,
    process: await start(),
    leads: () =>
      replica.read('/readyz').then(
        (text) => text.includes('this replica leads'),
        () => false,
      ),
    async read(path) {
      const url = /"url":"(http:[^"]+)","msg":"health/.exec(replica.process.output())?.[1] ?? '';
      const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(1000) });
      return await answer.text();
    },
    async restart() {
      replica.process = await start();
    },
  };
  return replica;
}
