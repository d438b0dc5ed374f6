/** A Slurm plugin in a process of its own, for tests that kill it. */
import { runPluginToBeKilled } from '@interlink/testbed';
import type { SlurmConfigInput } from '../src/index.ts';
import { startPlugin } from './slurm-world.ts';

await runPluginToBeKilled((options, onStep) => startPlugin(options as SlurmConfigInput, { onStep }));
