import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Component } from '../binaries/programs.ts';
import type { ProcessIdentity } from '../components/process-identity.ts';

/** What another process must know to look at a control plane and to stop it: the file `state.json` in its directory. */
export interface ControlPlaneState {
  readonly version: 1;
  /** Address of the API server. */
  readonly server: string;
  readonly kubeconfigFile: string;
  /** Path of the client that belongs to this control plane. */
  readonly kubectl: string;
  /** Whether it stays when the process that started it ends. */
  readonly keep: boolean;
  /** The process that started it. */
  readonly owner: ProcessIdentity;
  readonly components: Readonly<Partial<Record<Component, ProcessIdentity>>>;
}

function stateFile(directory: string): string {
  return join(directory, 'state.json');
}

/** Writes the state as a whole: a reader sees the old one or the new one. */
export async function writeControlPlaneState(directory: string, state: ControlPlaneState): Promise<void> {
  const temporary = `${stateFile(directory)}.new`;
  await writeFile(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(temporary, stateFile(directory));
}

/** The state of the control plane in a directory; undefined when there is none. */
export async function readControlPlaneState(directory: string): Promise<ControlPlaneState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as ControlPlaneState;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
