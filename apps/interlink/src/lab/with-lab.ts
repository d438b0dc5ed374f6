import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterLinkApi } from '@interlink/api-server';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import type { Logger } from '@interlink/runtime';
import { startControlPlane, type Progress } from '@interlink/testbed';
import { startVirtualKubelet } from '@interlink/virtual-kubelet';
import type { BackendName } from '../backend/backend.ts';
import { writeBackendRecord } from '../backend/end-pods-of-killed.ts';
import { openBackend } from '../backend/open-backend.ts';
import { endAllPods } from './end-all-pods.ts';
import { labNodeConfig, labNodeName } from './lab-node-config.ts';
import { waitForReadyNode } from './wait-for-ready-node.ts';

/** A whole chain on this machine: control plane, virtual kubelet, API server and a plugin. */
export interface Lab {
  readonly kubeconfigFile: string;
  /** Path of the `kubectl` that belongs to the control plane. */
  readonly kubectl: string;
  readonly nodeName: string;
  readonly client: KubeClient;
}

/** How {@link withLab} makes a lab. */
export interface LabOptions {
  /** Where everything of it is kept; must be absent or empty, and is removed with the lab. */
  readonly directory: string;
  readonly backend: BackendName;
  /** Work directory of the plugin; the caller removes it. */
  readonly podDirectory: string;
  readonly progress: Progress;
  readonly logger: Logger;
  /** Ends the start; what runs is ended by leaving `use`. */
  readonly signal: AbortSignal;
}

/**
 * Starts a lab, gives it to `use`, and takes everything away again: pods, processes, files. The virtual kubelet, the API server and the
 * plugin share this process; between them are interfaces, no sockets.
 */
export async function withLab<T>(options: LabOptions, use: (lab: Lab) => Promise<T>): Promise<T> {
  const { directory, podDirectory, progress, logger, signal } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await using backend = await openBackend(options.backend, { root: podDirectory, progress, logger, signal });
  await writeBackendRecord(directory, backend.record);
  await using controlPlane = await startControlPlane({ directory: join(directory, 'control-plane'), progress, signal });
  await using client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger });
  progress.say(`starting virtual kubelet, API server and ${backend.description}`);
  await using plugin = await backend.openPlugin();
  // After the virtual kubelet has ended: it may be handing over a pod at the moment of the interruption.
  await using _pods = { [Symbol.asyncDispose]: () => endAllPods(plugin) };
  await using api = createInterLinkApi(plugin, { logger });
  await using kubelet = await startVirtualKubelet(labNodeConfig(), { api, client, logger, signal });
  await waitForReadyNode(client, kubelet.nodeName, signal);
  const { kubeconfigFile, kubectl } = controlPlane;
  return await use({ kubeconfigFile, kubectl, nodeName: labNodeName, client });
}
