import { runToEnd } from '../machine/run-to-end.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { pollUntil } from '../control-plane/poll-until.ts';

const timeoutSeconds = 60;
const pollMilliseconds = 500;

/** Resolves when a node is Ready; `TimeoutError` after a minute. */
export async function waitForNode(plane: ControlPlane, name: string, signal?: AbortSignal): Promise<void> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  const argv = [
    plane.kubectl,
    `--kubeconfig=${plane.kubeconfigFile}`,
    'get',
    'node',
    name,
    `-o=jsonpath=${path}`,
  ] as const;
  const isReady = (): Promise<boolean> =>
    runToEnd(argv, { name: 'kubectl', signal }).then(
      ({ stdout }) => stdout === 'True',
      () => false, // It is not there yet.
    );
  await pollUntil(isReady, { what: `the node ${name}`, timeoutSeconds, pollMilliseconds, signal });
}
