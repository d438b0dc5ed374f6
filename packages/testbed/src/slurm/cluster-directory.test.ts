import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identifySelf } from '../components/process-identity.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { removeOrphanClusters } from './cluster-directory.ts';

it('removes what a killed process left, also when several look at once, and nothing that is in use or just begins', async () => {
  const parent = await temporaryDirectory();
  const self = await identifySelf();
  const make = async (name: string, owner?: object): Promise<void> => {
    const directory = join(parent, `interlink-slurm-${name}`);
    await mkdir(join(directory, 'log', 'more'), { recursive: true });
    for (let index = 0; index < 50; index += 1) await writeFile(join(directory, 'log', 'more', String(index)), '');
    if (owner !== undefined) await writeFile(join(directory, 'owner.json'), JSON.stringify(owner));
  };
  await make('orphan', { pid: self.pid, started: 'long ago' });
  await make('in-use', self);
  await make('beginning');

  await Promise.all(Array.from({ length: 8 }, () => removeOrphanClusters(parent)));

  expect((await readdir(parent)).toSorted()).toEqual(['interlink-slurm-beginning', 'interlink-slurm-in-use']);
});
