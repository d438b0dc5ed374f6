import { randomUUID } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSteps, deleteSteps } from '@interlink/batch';
import type { Plugin } from '@interlink/spec';
import {
  describeKilledPlugin,
  runKilledPlugin,
  slurmSupport,
  startSlurm,
  type KilledWorld,
  type SlurmCluster,
} from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlurmConfigInput } from '../src/index.ts';
import { configFor, jobsOf, newWorkDirectory, podWith, startPlugin, waitForEnd } from './slurm-world.ts';

const program = fileURLToPath(new URL('killed-plugin.ts', import.meta.url));
const startMilliseconds = 600_000;

/** Jobs and work directory of a plugin that is killed. Containers without an image: their files are what the tests look at. */
async function openWorld(cluster: SlurmCluster, more: SlurmConfigInput = {}): Promise<KilledWorld> {
  const directory = await newWorkDirectory(cluster);
  const config = configFor(cluster, directory.path, { runtime: 'none', ...more });
  const plugins: Plugin[] = [];
  return {
    options: config,
    directory: directory.path,
    async start() {
      const plugin = await startPlugin(config);
      plugins.push(plugin);
      return plugin;
    },
    leftovers: () => jobsOf(cluster, directory.path),
    async [Symbol.asyncDispose]() {
      for (const plugin of plugins) await plugin[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`a plugin killed with SIGKILL, on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      cluster = await startSlurm({ kind });
    }, startMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    describeKilledPlugin({
      it,
      program,
      steps: { create: createSteps, delete: deleteSteps },
      openWorld: () => openWorld(cluster),
    });

    it('during sbatch, with the job queued and the answer lost: the job is found, and none is submitted besides it', async () => {
      await using world = await openWorld(cluster);
      const config = world.options as SlurmConfigInput;
      const deadly = await deadlySbatch(cluster, world.directory);
      const uid = randomUUID();
      const pod = podWith(uid, `echo run >> ${world.directory}/runs; sleep 0.3`);
      const options = { ...config, commands: { ...config.commands, wrapper: [], ...deadly } };
      const killed = await runKilledPlugin({ program, options, pods: [pod] });
      expect(killed).toMatchObject({ signal: 'SIGKILL', answers: [] });
      const submitted = (await readFile(`${world.directory}/submitted`, 'utf8')).trim();
      const plugin = await world.start();
      expect(await plugin.create(pod)).toMatchObject({ PodUID: uid, PodJID: submitted });
      await waitForEnd(plugin, pod.pod);
      expect(await readFile(`${world.directory}/runs`, 'utf8')).toBe('run\n');
    });
  });
}

/** Programs of Slurm of which sbatch kills who called it once the job is queued, before it says so. */
async function deadlySbatch(
  cluster: SlurmCluster,
  directory: string,
): Promise<NonNullable<SlurmConfigInput['commands']>> {
  const file = join(directory, 'sbatch');
  const quoted = cluster.wrapper.map((word) => `'${word}'`).join(' ');
  await writeFile(file, `#!/bin/bash\n${quoted} sbatch "$@" >'${directory}/submitted' || exit\nkill -KILL "$PPID"\n`);
  await chmod(file, 0o755);
  const wrap = (name: string): string[] => [...cluster.wrapper, name];
  return { sbatch: [file], squeue: wrap('squeue'), scancel: wrap('scancel'), scontrol: wrap('scontrol') };
}
