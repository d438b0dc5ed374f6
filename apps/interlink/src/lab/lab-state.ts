import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `interlink lab` knows of the running lab. */
export interface LabState {
  /** Process that holds the lab. */
  readonly pid: number;
  readonly kubeconfigFile: string;
  readonly kubectl: string;
  readonly nodeName: string;
}

function stateFile(directory: string): string {
  return join(directory, 'lab.json');
}

function serverFile(directory: string): string {
  return join(directory, 'lab.pid');
}

/** Whether the process is the lab's server of this directory, and not a later process with the same number. */
async function isLabServer(pid: number, directory: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(directory);
}

/** The process that holds a lab or is about to start or end one; undefined when there is none. */
export async function readLabServer(directory: string): Promise<number | undefined> {
  const pid = Number(await readFile(serverFile(directory), 'utf8').catch(() => Number.NaN));
  return Number.isInteger(pid) && (await isLabServer(pid, directory)) ? pid : undefined;
}

/** Says which process starts a lab, so that it can be asked to stop before the lab is ready. */
export async function writeLabServer(directory: string, pid: number): Promise<void> {
  await writeFile(serverFile(directory), String(pid), { mode: 0o600 });
}

/** The running lab's state; undefined when none runs. */
export async function readLabState(directory: string): Promise<LabState | undefined> {
  const text = await readFile(stateFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = JSON.parse(text) as LabState;
  return (await isLabServer(state.pid, directory)) ? state : undefined;
}

/** Publishes the state of a lab that is ready. */
export async function writeLabState(directory: string, state: LabState): Promise<void> {
  const file = stateFile(directory);
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Takes the state away; the last thing that a lab does. */
export async function removeLabState(directory: string): Promise<void> {
  await rm(stateFile(directory), { force: true });
}
