import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installTestTools } from './install-test-tools.mjs';
import { runCommand, runSource } from './run-command.mjs';
import { formatTotals, readTotals } from './test-totals.mjs';

/** What is installed before the tests, which would all wait for it at once. */
const services = ['control-plane', 'slurm'];
/** Exit codes from here on mean that a signal ended the command. */
const interrupted = 128;

/**
 * Every test, or those whose path holds one of the arguments. The last line is `N passed, N failed`.
 * @param {readonly string[]} args given to vitest as they are
 */
export async function test(args) {
  await installTestTools();
  for (const service of services) {
    // Without it the tests that need it fail or are skipped one by one and say why; the others are worth running all the same.
    const prepared = await runSource(`packages/testbed/scripts/ensure-${service}.ts`);
    if (prepared >= interrupted) return prepared;
  }
  const directory = mkdtempSync(join(tmpdir(), 'interlink-test-'));
  const report = join(directory, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const exitCode = await runCommand(['vitest', 'run', ...reporters, ...args]);
    const totals = readTotals(report, exitCode);
    console.log(formatTotals(totals));
    return exitCode === 0 && totals.failed > 0 ? 1 : exitCode;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
