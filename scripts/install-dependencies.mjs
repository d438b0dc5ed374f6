import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository.mjs';
import { runCommand } from './run-command.mjs';

function readPackages(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {};
}

/** Packages that npm may leave out: those of other platforms, and peers that nobody insists on. */
function mayBeAbsent(entry) {
  return entry.optional === true || entry.devOptional === true || entry.peer === true;
}

/**
 * Whether a list of installed packages is what a lock file wants. npm keeps such a list in `node_modules`; times of files say
 * nothing, since a checkout sets them anew.
 * @param {Record<string, any>} wantedPackages
 * @param {Record<string, any>} installedPackages
 */
export function isComplete(wantedPackages, installedPackages) {
  return Object.entries(wantedPackages).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || mayBeAbsent(wanted)) return true;
    return path in installedPackages && installedPackages[path].version === wanted.version;
  });
}

function isInstalled() {
  const installedList = join('node_modules', '.package-lock.json');
  return (
    existsSync(join(root, installedList)) && isComplete(readPackages('package-lock.json'), readPackages(installedList))
  );
}

/**
 * Installs the dependencies, Node 24 among them, when they are missing or other than the lock file says.
 * @returns {Promise<number>} exit code
 */
export async function installDependencies() {
  if (isInstalled()) return 0;
  console.error('installing dependencies with npm ci (usually under 1 minute)');
  return runCommand(['npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error']);
}
