import type { KubeClient } from '@interlink/kube';
import { systemClock } from '@interlink/runtime';
import { TimeoutError, type Node } from '@interlink/spec';

const longestWaitMilliseconds = 60_000;
const pauseMilliseconds = 200;

function isReady(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Resolves when the node is Ready in the API server. */
export async function waitForReadyNode(client: KubeClient, nodeName: string, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.now() + longestWaitMilliseconds;
  while (systemClock.now() < deadline) {
    const node = await client.request<Node>({ method: 'GET', path: `/api/v1/nodes/${nodeName}`, signal });
    if (isReady(node)) return;
    await systemClock.sleep(pauseMilliseconds, { signal });
  }
  throw new TimeoutError(`node ${nodeName} did not become Ready within ${longestWaitMilliseconds / 1000} s`);
}
