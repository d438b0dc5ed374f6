import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The static bash programs that come with this package, installed together; the first is the runner. */
export const runnerPrograms = [
  'runner.sh',
  'lifecycle.sh',
  'action.sh',
  'join.sh',
  'become.sh',
  'enter.sh',
  'volumes.sh',
  'pull-image.sh',
  'stream.sh',
  'terminal.sh',
  'pty.sh',
  'shipped.sh',
  'mirror.sh',
  'bring.sh',
  'pack.sh',
  'unpack.sh',
] as const;

/** Path of the runner as it comes with this package. */
export function runnerProgram(): string {
  // From src/directory in the sources, from dist in the published package.
  const candidates = ['../../runner/runner.sh', '../runner/runner.sh'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((path) => existsSync(path)) ?? (candidates[0] as string);
}

/**
 * The program that runs a command inside a running container: `bash PATH DIRECTORY CONTAINER -- COMMAND…` on the machine of the job,
 * as its user. Its head says what its exit codes mean.
 *
 * @param runner - Path of the runner beside which it is, e.g. `Engine.runner`.
 */
export function joinProgram(runner: string): string {
  return `${dirname(runner)}/join.sh`;
}

/**
 * The program of exec, attach and port-forward, on the machine of the job, as its user. Its head says what it takes and gives.
 *
 * @param runner - As for {@link joinProgram}.
 */
export function streamProgram(runner: string): string {
  return `${dirname(runner)}/stream.sh`;
}

/** The program that sets up a mount namespace of a container: `bash PATH DIRECTORY CONTAINER` inside of it. */
export function enterProgram(): string {
  return `${dirname(runnerProgram())}/enter.sh`;
}
