import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './repository.mjs';
import { runCommand } from './run-command.mjs';

/** Packages that are published, as directories. */
function publicPackages() {
  return globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .map((file) => ({ directory: dirname(file), manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .toSorted((one, other) => one.directory.localeCompare(other.directory));
}

/**
 * Looks at every published package as its users get it: publint reads the manifest and the files, attw asks TypeScript whether
 * the types resolve. A package without a library entry has no types to ask for.
 * @returns {Promise<number>} 0 when all are well
 */
export async function checkPackedPackages() {
  let worst = 0;
  for (const { directory, manifest } of publicPackages()) {
    console.log(`${directory}`);
    const cwd = join(root, directory);
    worst = Math.max(worst, await runCommand(['publint', '--strict'], { cwd }));
    if (manifest.exports?.['.'] === undefined) continue;
    worst = Math.max(
      worst,
      await runCommand(['attw', '--pack', '--profile', 'esm-only', '--format', 'ascii'], { cwd }),
    );
  }
  return worst;
}
