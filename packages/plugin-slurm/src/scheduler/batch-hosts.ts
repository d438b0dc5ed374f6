import type { SlurmClient } from './slurm-client.ts';

/** On which nodes the runners of jobs are. */
export interface BatchHosts {
  /** Undefined where Slurm does not say. Asked once for each job. */
  of(jobId: string): Promise<string | undefined>;
}

const longestName = 256;
const most = 1000;
const nodeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** {@link BatchHosts} by squeue. A job that runs does not change its node. */
export function createBatchHosts(client: Pick<SlurmClient, 'run'>): BatchHosts {
  const known = new Map<string, string>();
  return {
    async of(jobId) {
      const found = known.get(jobId);
      if (found !== undefined) return found;
      const args = ['--noheader', `--jobs=${jobId}`, '-O', `BatchHost:${longestName}`];
      const name = (await client.run('squeue', args)).stdout.trim();
      if (!nodeName.test(name) || name === 'n/a') return undefined;
      const [oldest] = known.keys();
      if (known.size >= most && oldest !== undefined) known.delete(oldest);
      known.set(jobId, name);
      return name;
    },
  };
}
