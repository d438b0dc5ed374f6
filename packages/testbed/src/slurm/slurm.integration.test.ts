import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProcesses } from '../apps/find-processes.ts';
import { pollUntil } from '../control-plane/poll-until.ts';
import { removeOrphanClusters } from './cluster-directory.ts';
import type { SlurmCluster } from './slurm-cluster.ts';
import type { SlurmKind } from './slurm-options.ts';
import { slurmSupport } from './slurm-support.ts';
import { startSlurm } from './start-slurm.ts';

const run = promisify(execFile);
const startTimeoutMilliseconds = 600_000;
/** Commands that are no other run's of these tests on the same machine. */
const stubbornSleep = `sleep 4321.${process.pid}`;
const runningSleep = `sleep 9876.${process.pid}`;
const suspendedSleep = `sleep 9875.${process.pid}`;

/** The value of a field of `scontrol show job`. */
async function jobField(cluster: SlurmCluster, job: string, field: string): Promise<string | undefined> {
  const { stdout } = await cluster.run(['scontrol', '--oneliner', 'show', 'job', job]);
  return new RegExp(`(?:^| )${field}=(\\S*)`).exec(stdout)?.[1];
}

async function nodeStates(cluster: SlurmCluster): Promise<string> {
  return (await cluster.run(['sinfo', '--noheader', '--Node', '--format=%T', '--partition=normal'])).stdout;
}

async function submit(cluster: SlurmCluster, script: string, ...options: string[]): Promise<string> {
  const { stdout } = await cluster.run(['sbatch', '--parsable', ...options], { input: `#!/bin/sh\n${script}\n` });
  return stdout.trim();
}

async function waitForState(cluster: SlurmCluster, job: string, state: string): Promise<void> {
  await pollUntil(async () => (await jobField(cluster, job, 'JobState')) === state, {
    what: `${state} of job ${job}`,
    timeoutSeconds: 60,
  });
}

/** Whether something is frozen in a cgroup or below. */
async function isFrozen(cgroup: string): Promise<boolean> {
  const { stdout } = await run('find', [cgroup, '-name', 'freezer.state', '-exec', 'cat', '{}', '+']);
  return stdout.includes('FROZEN');
}

/** Another process that has a cluster. */
async function startOwner(kind: SlurmKind): Promise<{ readonly directory: string; readonly kill: () => void }> {
  const module = new URL('./start-slurm.ts', import.meta.url).href;
  const script = `
    import { startSlurm } from '${module}';
    console.log((await startSlurm({ kind: '${kind}', nodes: 1 })).directory);
    setInterval(() => undefined, 1000);`;
  const args = ['--conditions=@interlink/source', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [directory] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { directory, kill: () => void child.kill('SIGKILL') };
}

describe.each(['host', 'debian-13'] as const)('a Slurm cluster (%s)', async (kind) => {
  const support = await slurmSupport(kind);
  describe.skipIf(!support.available)(support.reason, () => {
    let cluster: SlurmCluster;

    beforeAll(async () => {
      cluster = await startSlurm({ kind });
    }, startTimeoutMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    it('runs a job that a process of the host submits and whose output the host reads', async () => {
      const output = join(cluster.workDirectory, 'bare.out');
      const { stdout } = await run('sbatch', ['--parsable', `--output=${output}`, '--wrap=cat /etc/debian_version'], {
        env: cluster.environment,
        cwd: cluster.workDirectory,
      });
      await waitForState(cluster, stdout.trim(), 'COMPLETED');
      expect(await readFile(output, 'utf8')).toBe((await cluster.run(['cat', '/etc/debian_version'])).stdout);
    });

    it('answers to a command behind the wrapper', async () => {
      const [program, ...args] = [...cluster.wrapper, 'sinfo', '--noheader', '--format=%R'];
      const { stdout } = await run(program, args, { env: cluster.environment });
      expect(stdout.split('\n').slice(0, 3).sort()).toEqual(['high', 'low', 'normal']);
    });

    it('kills every process of a cancelled job, also one that ignores SIGTERM', async () => {
      const job = await submit(
        cluster,
        `trap "" TERM; ${stubbornSleep} & echo started; ${stubbornSleep}`,
        '--output=stubborn.out',
      );
      const output = join(cluster.workDirectory, 'stubborn.out');
      await pollUntil(async () => existsSync(output) && (await readFile(output, 'utf8')).includes('started'), {
        what: 'the start of the job',
        timeoutSeconds: 60,
      });
      await cluster.run(['scancel', job]);
      await waitForState(cluster, job, 'CANCELLED');
      const { stdout } = await cluster.run(['ps', '-eo', 'args']);
      expect(stdout).not.toContain(stubbornSleep);
    });

    it('gives GPUs to jobs, more CPUs than the machine has, and says no to more than there are', async () => {
      const script = 'echo "$CUDA_VISIBLE_DEVICES $SLURM_CPUS_ON_NODE"';
      const job = await submit(cluster, script, '--gres=gpu:2', '--cpus-per-task=16', '--output=gpu.out');
      await waitForState(cluster, job, 'COMPLETED');
      expect(await readFile(join(cluster.workDirectory, 'gpu.out'), 'utf8')).toBe('0,1 16\n');
      await expect(submit(cluster, script, '--cpus-per-task=17')).rejects.toMatchObject({
        message: expect.stringContaining('Requested node configuration is not available') as string,
      });
    });

    it('preempts jobs of the low partition', async () => {
      const low = await submit(cluster, 'sleep 1000', '--partition=low', '--nodes=2', '--exclusive', '--no-requeue');
      await waitForState(cluster, low, 'RUNNING');
      const high = await submit(cluster, 'true', '--partition=high', '--nodes=2', '--exclusive');
      await waitForState(cluster, low, 'PREEMPTED');
      await waitForState(cluster, high, 'COMPLETED');
    });

    it('fails a job whose node fails', async () => {
      const job = await submit(cluster, 'sleep 1000', '--nodelist=node2', '--no-requeue');
      await waitForState(cluster, job, 'RUNNING');
      await cluster.run(['scontrol', 'update', 'NodeName=node2', 'State=DOWN', 'Reason=test']);
      await waitForState(cluster, job, 'NODE_FAIL');
      // Slurm may have taken it back by itself, and then says that the state is invalid.
      await cluster.run(['scontrol', 'update', 'NodeName=node2', 'State=RESUME']).catch(() => undefined);
      await pollUntil(async () => (await nodeStates(cluster)) === 'idle\nidle\n', {
        what: 'the return of the node',
        timeoutSeconds: 60,
      });
    });

    it('keeps a job running while slurmctld is down, and knows it again afterwards', async () => {
      const job = await submit(cluster, 'while [ ! -e go ]; do sleep 0.1; done; echo over', '--output=down.out');
      await waitForState(cluster, job, 'RUNNING');
      await cluster.stop('slurmctld');
      await expect(cluster.run(['squeue'])).rejects.toMatchObject({ code: 'ILK_BACKEND' });
      await cluster.start('slurmctld');
      expect(await jobField(cluster, job, 'JobState')).toBe('RUNNING');
      await cluster.run(['touch', 'go']);
      await waitForState(cluster, job, 'COMPLETED');
    });

    it('lets a slurmd come back to its jobs', async () => {
      const job = await submit(cluster, 'while [ ! -e went ]; do sleep 0.1; done', '--output=/dev/null');
      await waitForState(cluster, job, 'RUNNING');
      await cluster.stop('slurmd');
      await cluster.start('slurmd');
      await cluster.run(['touch', 'went']);
      await waitForState(cluster, job, 'COMPLETED');
    });

    it('shares nothing with another one, and leaves nothing behind', async () => {
      const other = await startSlurm({ kind, nodes: 1 });
      const job = await submit(other, runningSleep);
      await waitForState(other, job, 'RUNNING');
      expect(job).toBe('1');
      expect((await cluster.run(['squeue', '--noheader'])).stdout).toBe('');
      await other[Symbol.asyncDispose]();
      expect(await findProcesses(other.directory)).toEqual([]);
      expect(await findProcesses(runningSleep)).toEqual([]);
      expect(existsSync(other.directory)).toBe(false);
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(other.directory);
      expect(await nodeStates(cluster)).toBe('idle\nidle\n');
    });

    const freezer = '/sys/fs/cgroup/freezer';
    it.skipIf(!existsSync(freezer))('ends with a job that is suspended (needs cgroups v1)', async () => {
      {
        await using other = await startSlurm({ kind, nodes: 1 });
        const job = await submit(other, suspendedSleep);
        await waitForState(other, job, 'RUNNING');
        await other.run(['scontrol', 'suspend', job]);
        await pollUntil(() => isFrozen(join(freezer, basename(other.directory))), {
          what: 'a frozen job', // slurmd stops the processes by a signal first, and freezes them after that.
          timeoutSeconds: 60,
        });
      }
      expect(await findProcesses(suspendedSleep)).toEqual([]);
    });

    it('dies with its owner, even when that is killed, and the next one removes its files', async () => {
      const owner = await startOwner(kind);
      expect(await findProcesses(owner.directory)).not.toEqual([]);
      owner.kill();
      await pollUntil(async () => (await findProcesses(owner.directory)).length === 0, {
        what: 'the end of the cluster',
        timeoutSeconds: 30,
      });
      const isRemoved = async (): Promise<boolean> => {
        await removeOrphanClusters();
        return !existsSync(owner.directory);
      };
      // Another process that starts a cluster may be in the middle of removing it.
      await pollUntil(isRemoved, { what: 'the removal of what is left', timeoutSeconds: 30 });
      expect(existsSync(cluster.directory)).toBe(true);
    });

    it('that cannot start says why, and leaves nothing behind', async () => {
      const configuration = { SelectType: 'select/nonsense' };
      await expect(startSlurm({ kind, configuration })).rejects.toMatchObject({
        code: 'ILK_BACKEND',
        message: expect.stringContaining('slurmctld ended') as string,
      });
    });

    const memoryCgroups = existsSync('/sys/fs/cgroup/memory');
    it.skipIf(!memoryCgroups)('ends a job that takes more memory than it asked for (needs cgroups v1)', async () => {
      await using limited = await startSlurm({ kind, memoryLimits: 'cgroup' });
      const job = await submit(limited, 'head -c 400m /dev/zero | tail -n 1 | wc -c', '--mem=50');
      await waitForState(limited, job, 'OUT_OF_MEMORY');
      expect(await jobField(limited, job, 'ExitCode')).toBe('0:125');
    });
  });
});
