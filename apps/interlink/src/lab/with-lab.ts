import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterLinkApi } from '@interlink/api-server';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { createProcessPlugin } from '@interlink/plugin-process';
import { silentLogger, type Logger } from '@interlink/runtime';
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

function podDirectory(directory: string): string {
  return join(directory, 'pods');
}

/** Ends the pods that a killed lab left running in its directory. */
export async function endPodsOfKilledLab(directory: string): Promise<void> {
  const root = podDirectory(directory);
  if (!existsSync(root)) return;
  await using plugin = await createProcessPlugin({ root, logger: silentLogger });
  await endAllPods(plugin);
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
  await using plugin = await createProcessPlugin({ root: podDirectory(directory), logger });
  // After the virtual kubelet has ended: it may be handing over a pod at the moment of the interruption.
  await using _pods = { [Symbol.asyncDispose]: () => endAllPods(plugin) };
  await using api = createInterLinkApi(plugin, { logger });
  await using kubelet = await startVirtualKubelet(labNodeConfig(), { api, client, logger, signal });
  await waitForReadyNode(client, kubelet.nodeName, signal);
  const { kubeconfigFile, kubectl } = controlPlane;
  return await use({ kubeconfigFile, kubectl, nodeName: labNodeName, client });
}
