import { createProcessPlugin } from '@interlink/plugin-process';
import type { Backend, BackendName, BackendOptions } from './backend.ts';

function openProcessBackend({ root, logger }: BackendOptions): Backend {
  return {
    description: 'process plugin',
    record: { name: 'process' },
    openPlugin: () => createProcessPlugin({ root, logger }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Finds or starts what runs the pods. */
export async function openBackend(name: BackendName, options: BackendOptions): Promise<Backend> {
  switch (name) {
    case 'process':
      return openProcessBackend(options);
    case 'slurm':
      // Only here: it brings what starts a Slurm, which takes a while to load.
      return await (await import('./slurm-backend.ts')).openSlurmBackend(options);
  }
}
