import type { KubeClient } from '@interlink/kube';

/** Writes that an API server has answered since its start, by what was written. */
export interface ApiWrites {
  /** Patches of pods and of their statuses: of nobody but the virtual kubelet in a benchmark that patches none. */
  readonly pods: number;
  readonly events: number;
}

/** Reads the API server's own counters. */
export async function readApiWrites(client: KubeClient): Promise<ApiWrites> {
  const chunks: Uint8Array[] = [];
  const { signal } = new AbortController();
  for await (const chunk of await client.stream({ path: '/metrics', signal })) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const requests = lines.filter((line) => line.startsWith('apiserver_request_total{'));
  const sum = (isCounted: (line: string) => boolean): number =>
    requests.filter(isCounted).reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    pods: sum((line) => line.includes('resource="pods"') && /verb="(PATCH|APPLY|PUT)"/.test(line)),
    events: sum((line) => line.includes('resource="events"') && /verb="(PATCH|APPLY|POST)"/.test(line)),
  };
}

/** What was written between two readings. */
export function writesBetween(before: ApiWrites, after: ApiWrites): ApiWrites {
  return { pods: after.pods - before.pods, events: after.events - before.events };
}
