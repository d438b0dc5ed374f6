import { join } from 'node:path';
import { createInterLinkApi } from '@interlink/api-server';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { createProcessPlugin } from '@interlink/plugin-process';
import type { Logger } from '@interlink/runtime';
import { startControlPlane, type Progress } from '@interlink/testbed';
import { startVirtualKubelet } from '@interlink/virtual-kubelet';
import { endAllPods } from './end-all-pods.ts';
import { labNodeConfig, labNodeName } from './lab-node-config.ts';
import { waitForReadyNode } from './wait-for-ready-node.ts';

/** A whole chain on this machine: control plane, virtual kubelet, API server and process plugin. */
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
  const { directory, progress, logger, signal } = options;
  await using controlPlane = await startControlPlane({ directory: join(directory, 'control-plane'), progress, signal });
  await using client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger });
  progress.say('starting virtual kubelet, API server and process plugin');
  await using plugin = await createProcessPlugin({ root: join(directory, 'pods'), logger });
  await using api = createInterLinkApi(plugin, { logger });
  await using kubelet = await startVirtualKubelet(labNodeConfig(), { api, client, logger, signal });
  await waitForReadyNode(client, kubelet.nodeName, signal);
  const { kubeconfigFile, kubectl } = controlPlane;
  try {
    return await use({ kubeconfigFile, kubectl, nodeName: labNodeName, client });
  } finally {
    await endAllPods(plugin);
  }
}
