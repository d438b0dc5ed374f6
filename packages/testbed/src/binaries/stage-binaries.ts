import { BackendError } from '@interlink/spec';
import { stageDirectory } from '../cache/stage-directory.ts';
import { missingPrograms } from './control-plane-binaries.ts';

/** {@link stageDirectory} for the programs of a control plane: a `BackendError` when `fill` left one out. */
export async function stageBinaries(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await stageDirectory(target, async (staging) => {
    await fill(staging);
    const missing = await missingPrograms(staging);
    if (missing.length > 0) throw new BackendError(`the new binaries lack ${missing.join(', ')}`);
  });
}
