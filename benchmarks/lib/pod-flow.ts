import { createInformer, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';

const path = '/api/v1/namespaces/default/pods';

/** When a watch client saw a pod reach a phase first; milliseconds. */
export interface PodTimes {
  created: number;
  /** When the API server had answered the create; by then the pod is bound. */
  accepted?: number;
  running?: number;
  ended?: number;
  phase?: string;
}

/** A pod for benchmarks: one container that tolerates everything; bound from the start where a node is named. */
export function benchPod(name: string, command: readonly string[], nodeName?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'busybox', command: [...command] }],
    },
  };
}

/** Watches all pods of the default namespace and keeps the first time of each phase. */
export function watchTimes(
  client: KubeClient,
  signal: AbortSignal,
): { times: Map<string, PodTimes>; synced: Promise<void> } {
  const times = new Map<string, PodTimes>();
  const informer = createInformer<Pod>({ client, path, logger: silentLogger });
  informer.onChange(({ object }) => {
    const now = Date.now();
    const entry = times.get(object.metadata?.name ?? '');
    const phase = object.status?.phase;
    if (entry === undefined || phase === undefined) return;
    entry.phase = phase;
    if (phase !== 'Pending') entry.running ??= now;
    if (phase === 'Succeeded' || phase === 'Failed') entry.ended ??= now;
  });
  informer.start(signal);
  return { times, synced: informer.synced };
}

/** Creates pods at a steady rate; the clock of each starts when its create is sent. */
export async function createPods(
  client: KubeClient,
  pods: readonly Pod[],
  options: { readonly perSecond: number; readonly times: Map<string, PodTimes> },
): Promise<void> {
  const begun = Date.now();
  const requests = pods.map(async (body, index) => {
    const due = begun + (index * 1000) / options.perSecond;
    await new Promise((resolve) => setTimeout(resolve, due - Date.now()));
    options.times.set(body.metadata?.name ?? '', { created: Date.now() });
    await client.request({ method: 'POST', path, body });
    const entry = options.times.get(body.metadata?.name ?? '');
    if (entry !== undefined) entry.accepted = Date.now();
  });
  await Promise.all(requests);
}
