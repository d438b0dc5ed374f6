import { runProcess } from '@interlink/runtime';
import { createProgress, ensureTestImages, slurmSupport, type EnsureOptions, type SlurmKind } from '../src/index.ts';

/** What a shell says of a command that was interrupted: whoever called must not go on. */
const interrupted = 130;

async function ensure(kind: SlurmKind, options: EnsureOptions): Promise<void> {
  const { available, reason } = await slurmSupport(kind, options);
  process.stderr.write(available ? `${reason}: installed\n` : `tests with Slurm (${kind}) are skipped: ${reason}\n`);
  if (available && kind === 'debian-13') await ensureTestImages(options);
}

async function ensureAll(signal: AbortSignal): Promise<number> {
  const options = { signal, progress: createProgress() };
  try {
    for (const kind of ['host', 'debian-13'] as const) await ensure(kind, options);
    return 0;
  } catch (error) {
    if (signal.aborted) return interrupted;
    throw error;
  }
}

/** Makes Slurm and the images of tests available before tests ask for them. */
await runProcess({
  name: 'Slurm',
  run: ({ signal }) => ensureAll(signal),
});
