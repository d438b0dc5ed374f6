import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Host } from '../contract/host.ts';
import { runnerProgram } from './runner-program.ts';

const hashLength = 16;
const ownerOnly = 0o700;

/**
 * Puts the runner into the work directory, under its content's hash, and gives its path. A job keeps the version it was started
 * with: an update of this package, or its removal, does not reach into running jobs.
 */
export async function installRunner(host: Host, root: string): Promise<string> {
  const content = await readFile(runnerProgram());
  const hash = createHash('sha256').update(content).digest('hex').slice(0, hashLength);
  const directory = `${root}/.runner/${hash}`;
  if ((await host.list(directory)) === undefined) {
    await host.makeDirectories([dirname(directory)]);
    await host.createTree(directory, [
      { kind: 'file', path: basename(runnerProgram()), mode: ownerOnly, content, durable: true },
    ]);
  }
  return `${directory}/${basename(runnerProgram())}`;
}
