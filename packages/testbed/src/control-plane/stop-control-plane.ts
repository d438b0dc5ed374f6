import { rm } from 'node:fs/promises';
import { components } from '../binaries/programs.ts';
import { endProcess } from '../components/end-process.ts';
import { readControlPlaneState } from './control-plane-state.ts';

/** Time that each component has for an orderly end. */
export const stopGraceSeconds = 10;

/**
 * Stops the control plane in a directory, whichever process started it, and removes the directory. Does nothing, and says
 * `false`, when the directory holds none.
 */
export async function stopControlPlane(directory: string): Promise<boolean> {
  const state = await readControlPlaneState(directory);
  if (state === undefined) return false;
  for (const component of components.toReversed()) {
    const identity = state.components[component];
    if (identity !== undefined) await endProcess(identity, { graceSeconds: stopGraceSeconds });
  }
  await rm(directory, { recursive: true, force: true });
  return true;
}
