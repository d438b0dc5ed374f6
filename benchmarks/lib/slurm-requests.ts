import type { SlurmCluster } from '@interlink/testbed';

/** What the daemons ask each other, and what `sdiag` itself asks. */
const notOurs =
  /^(REQUEST_STATS_INFO|MESSAGE_|REQUEST_PING|REQUEST_COMPLETE|RESPONSE_|REQUEST_STEP_COMPLETE|ACCOUNTING_)/;

/** Begins to count anew. */
export async function resetRequests(cluster: SlurmCluster): Promise<void> {
  await cluster.run(['sdiag', '--reset']);
}

/** The requests of clients that slurmctld has had since {@link resetRequests}, by their types. */
export async function countRequests(cluster: SlurmCluster): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await cluster.run(['sdiag']);
  const section = /by message type[^\n]*\n(.*?)(?:\n\s*\n|\n[^\t ])/s.exec(stdout)?.[1] ?? '';
  const rows = [...section.matchAll(/^\s+([A-Z_]+)\s+\(\s*\d+\)\s+count:(\d+)/gm)];
  return Object.fromEntries(
    rows.flatMap(([, name = '', count = '']) => (notOurs.test(name) ? [] : [[name, Number(count)]])),
  );
}
