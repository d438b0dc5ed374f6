import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identifySelf } from '../components/process-identity.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { type ControlPlaneState, writeControlPlaneState } from './control-plane-state.ts';
import { removeOrphans, temporaryPrefix } from './remove-orphans.ts';

it('removes what a killed process left, and nothing that is kept, in use, or no control plane yet', async () => {
  const parent = await temporaryDirectory();
  const self = await identifySelf();
  const gone = { pid: self.pid, started: 'long ago' };
  const write = async (name: string, state: Partial<ControlPlaneState>) => {
    const directory = join(parent, `${temporaryPrefix}${name}`);
    await mkdir(directory);
    const common = { version: 1, server: '', kubeconfigFile: '', kubectl: '', keep: false, components: {} } as const;
    await writeControlPlaneState(directory, { ...common, owner: gone, ...state });
  };
  await write('orphan', {});
  await write('still-dying', { components: { etcd: self } });
  await write('kept', { keep: true });
  await write('in-use', { owner: self });
  await mkdir(join(parent, `${temporaryPrefix}beginning`));
  await mkdir(join(parent, 'something-else'));

  await removeOrphans(parent);

  const left = ['beginning', 'in-use', 'kept', 'still-dying'].map((name) => `${temporaryPrefix}${name}`);
  expect((await readdir(parent)).toSorted()).toEqual([...left, 'something-else']);
});
