/** A process plugin in a process of its own, for tests that kill it. */
import { silentLogger } from '@interlink/runtime';
import { runPluginToBeKilled } from '@interlink/testbed';
import { createProcessPlugin } from '../src/index.ts';

await runPluginToBeKilled((options, onStep) => {
  const { root } = options as { readonly root: string };
  return createProcessPlugin({ root, runtime: 'none', logger: silentLogger, onStep });
});
