import { runProcess } from '@interlink/runtime';
import { ensureControlPlaneBinaries } from '../src/index.ts';

/** What a shell says of a command that was interrupted: whoever called must not go on. */
const interrupted = 130;

async function ensure(signal: AbortSignal): Promise<number> {
  try {
    const { source, directory } = await ensureControlPlaneBinaries({ signal });
    process.stderr.write(`control plane: ${directory} (${source})\n`);
    return 0;
  } catch (error) {
    if (signal.aborted) return interrupted;
    throw error;
  }
}

/** Makes the control plane's programs available before tests ask for them. */
await runProcess({
  name: 'control plane',
  run: ({ signal }) => ensure(signal),
});
