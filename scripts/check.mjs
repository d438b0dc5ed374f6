import { performance } from 'node:perf_hooks';
import { checkPackedPackages } from './check-packed-packages.mjs';
import { runCommand } from './run-command.mjs';

/** What must hold besides the tests, in the order in which a mistake is cheapest to find. */
const steps = [
  { name: 'format', run: () => runCommand(['prettier', '--check', '.']) },
  { name: 'lint', run: () => runCommand(['npm', 'run', '--silent', 'lint']) },
  { name: 'types', run: () => runCommand(['nx', 'run-many', '-t', 'typecheck', '--outputStyle=static']) },
  { name: 'generated files', run: () => runCommand(['npm', 'run', '--silent', 'generate:check']) },
  { name: 'build', run: () => runCommand(['nx', 'run-many', '-t', 'build', '--outputStyle=static']) },
  { name: 'packed packages', run: checkPackedPackages },
  { name: 'API documentation', run: () => runCommand(['typedoc']) },
];

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Runs every step, or those named, and says at the end which failed.
 * @param {readonly string[]} names of steps
 */
export async function check(names) {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`there is no step ${unknown.join(', ')}; the steps are: ${steps.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const failed = [];
  for (const { name, run } of steps.filter((step) => names.length === 0 || names.includes(step.name))) {
    console.log(`\n── ${name}`);
    const begun = performance.now();
    const exitCode = await run();
    if (exitCode !== 0) failed.push(name);
    console.log(`── ${name}: ${exitCode === 0 ? 'ok' : 'FAILED'} in ${seconds(begun)}`);
  }
  console.log(failed.length === 0 ? '\ncheck: all is well' : `\ncheck: failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}
