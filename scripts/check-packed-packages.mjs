import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './repository.mjs';
import { runCommand } from './run-command.mjs';

const typesCommand = ['attw', '--pack', '--profile', 'esm-only', '--format', 'ascii'];

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
    const options = { cwd: join(root, directory), quiet: true };
    const manifestCode = await runCommand(['publint', '--strict'], options);
    const isLibrary = manifest.exports?.['.'] !== undefined;
    const typesCode = isLibrary ? await runCommand(typesCommand, options) : 0;
    console.log(`${directory}: ${manifestCode + typesCode === 0 ? 'ok' : 'FAILED, see above'}`);
    worst = Math.max(worst, manifestCode, typesCode);
  }
  return worst;
}
