import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { runCommand } from './run-command.mjs';

/** Programs of the system that some tests use, and the Debian packages that have them. */
const tools = [
  { program: 'bwrap', debianPackage: 'bubblewrap' },
  { program: 'shellcheck', debianPackage: 'shellcheck' },
];

function isThere(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/**
 * Installs what is missing where that is possible without asking for a password: on Debian and its like, as root. Elsewhere it says
 * which tests will be skipped and which command helps.
 */
export async function installTestTools() {
  const missing = tools.filter(({ program }) => !isThere(program));
  if (missing.length === 0) return;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const programs = missing.map(({ program }) => program).join(', ');
  if (process.getuid?.() === 0 && isThere('apt-get')) {
    console.error(`installing ${packages.join(', ')} with apt-get, for the tests that use ${programs}`);
    await runCommand(['apt-get', '-qq', 'update'], { quiet: true });
    const exitCode = await runCommand(['apt-get', '-qq', '-y', 'install', '--no-install-recommends', ...packages], {
      quiet: true,
    });
    if (exitCode === 0) return;
  }
  console.error(`tests that use ${programs} are skipped; to have them: sudo apt-get install ${packages.join(' ')}`);
}
