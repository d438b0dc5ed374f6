import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of the runner, a static bash program that comes with this package. */
export function runnerProgram(): string {
  // From src/directory in the sources, from dist in the published package.
  const candidates = ['../../runner/runner.sh', '../runner/runner.sh'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((path) => existsSync(path)) ?? (candidates[0] as string);
}
