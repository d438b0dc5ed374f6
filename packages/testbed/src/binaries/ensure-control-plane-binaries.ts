import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Progress } from '../progress/progress.ts';
import { UnavailableError } from '@interlink/spec';
import { binariesIn, missingPrograms, type ControlPlaneBinaries } from './control-plane-binaries.ts';
import { kubernetesVersion } from './programs.ts';

export async function ensureControlPlaneBinaries(
  options: { progress?: Progress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ControlPlaneBinaries> {
  if (options.signal?.aborted === true) throw new UnavailableError('aborted');
  const directory = join(homedir(), '.cache/interlink/kubernetes', kubernetesVersion, 'linux-amd64');
  if ((await missingPrograms(directory)).length > 0) throw new UnavailableError('no binaries');
  return binariesIn(directory, 'cache');
}
