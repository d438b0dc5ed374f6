import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Host, TreeEntry } from '../contract/host.ts';
import { runnerProgram, runnerPrograms } from './runner-program.ts';

const hashLength = 16;
const ownerOnly = 0o700;

/**
 * Puts the runner and the programs beside it into the work directory, under the hash of them all, and gives the runner's path. A job
 * keeps the version it was started with: an update of this package, or its removal, does not reach into running jobs.
 */
export async function installRunner(host: Host, root: string): Promise<string> {
  const files = await readPrograms();
  const directory = `${root}/.runner/${hashOf(files)}`;
  if ((await host.list(directory)) === undefined) {
    await host.makeDirectories([dirname(directory)]);
    await host.createTree(directory, files);
  }
  return `${directory}/${runnerPrograms[0]}`;
}

type Program = Extract<TreeEntry, { kind: 'file' }>;

function readPrograms(): Promise<Program[]> {
  const source = dirname(runnerProgram());
  const read = async (path: string): Promise<Program> => {
    const content = await readFile(join(source, path));
    return { kind: 'file', path, mode: ownerOnly, content, durable: true };
  };
  return Promise.all(runnerPrograms.map(read));
}

function hashOf(files: readonly Program[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path} ${content.length}\n`).update(content);
  return hash.digest('hex').slice(0, hashLength);
}
