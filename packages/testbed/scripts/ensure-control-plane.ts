import { runProcess } from '@interlink/runtime';
import { ensureControlPlaneBinaries } from '../src/index.ts';

/** Makes the control plane's programs available before tests ask for them. */
await runProcess({
  name: 'control plane',
  async run({ signal }) {
    const { source, directory } = await ensureControlPlaneBinaries({ signal });
    process.stderr.write(`control plane: ${directory} (${source})\n`);
    return 0;
  },
});
