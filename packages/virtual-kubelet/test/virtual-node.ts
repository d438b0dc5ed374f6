import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger, type Logger } from '@interlink/runtime';
import type { ControlPlane } from '@interlink/testbed';
import type { VirtualKubeletConfig } from '../src/config/virtual-kubelet-config.ts';
import { startVirtualKubelet, type VirtualKubelet } from '../src/start-virtual-kubelet.ts';
import { createFakeInterLink, type FakeInterLink } from './fake-interlink.ts';

const run = promisify(execFile);

/** A virtual kubelet of a test with all that is around it. */
export interface VirtualNode extends AsyncDisposable {
  readonly api: FakeInterLink;
  readonly client: KubeClient;
  readonly kubelet: VirtualKubelet;
  readonly port: number;
  /** Paths of the requests that were no GET. */
  readonly writes: string[];
  kubectl(...args: string[]): Promise<string>;
}

/** What a test changes of the usual configuration. */
export interface VirtualNodeOptions {
  readonly name: string;
  readonly config?: Partial<VirtualKubeletConfig>;
  readonly api?: FakeInterLink;
  readonly logger?: Logger;
  /** Bearer token to act with, in place of the administrator's certificate. */
  readonly token?: string;
}

/** Runs kubectl as administrator. */
export function kubectlOf(controlPlane: ControlPlane): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const { stdout } = await run(controlPlane.kubectl, ['--kubeconfig', controlPlane.kubeconfigFile, ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
}

/** A configuration for a node on this machine with a self-signed certificate. */
export function testConfig(name: string): VirtualKubeletConfig {
  return {
    nodeName: name,
    node: { internalIp: '127.0.0.1', labels: {}, taints: [], capacity: { cpu: '100', memory: '3000G', pods: '10000' } },
    ping: { intervalSeconds: 1, failuresBeforeNotReady: 3 },
    kubelet: { host: '127.0.0.1', port: 0, certificate: { kind: 'self-signed' } },
    pods: { statusIntervalSeconds: 0.5 },
    logLevel: 'silent',
  };
}

/** Starts a virtual node on a control plane. */
export async function startVirtualNode(controlPlane: ControlPlane, options: VirtualNodeOptions): Promise<VirtualNode> {
  const { name, api = createFakeInterLink(), logger = silentLogger } = options;
  const plain = await openClient(controlPlane, options.token, logger);
  const writes: string[] = [];
  const client: KubeClient = {
    ...plain,
    request(request) {
      if (request.method !== 'GET') writes.push(request.path);
      return plain.request(request);
    },
  };
  const stop = new AbortController();
  const kubelet = await startVirtualKubelet(
    { ...testConfig(name), ...options.config },
    { api, client, logger, signal: stop.signal },
  );
  return {
    api,
    client,
    kubelet,
    port: Number(new URL(kubelet.kubeletAddress).port),
    writes,
    kubectl: kubectlOf(controlPlane),
    async [Symbol.asyncDispose]() {
      await kubelet[Symbol.asyncDispose]();
      stop.abort();
      await plain[Symbol.asyncDispose]();
    },
  };
}

async function openClient(controlPlane: ControlPlane, token: string | undefined, logger: Logger): Promise<KubeClient> {
  const { kubeconfigFile, server } = controlPlane;
  if (token === undefined) return await createKubeClient({ kubeconfigFile, logger });
  const ca = await readFile(controlPlane.certificates.clusterAuthority.certificateFile, 'utf8');
  const credentials = { server, tls: { ca, rejectUnauthorized: true }, headers: { authorization: `Bearer ${token}` } };
  return await createKubeClient({ credentials: () => Promise.resolve(credentials), logger });
}

/** A directory that goes away. */
export async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'interlink-virtual-kubelet-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
