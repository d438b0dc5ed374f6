// The door to everything: `node scripts/run.mjs quickstart|test|bench|check|interlink|conformance|
// conformance:kubernetes [arguments]`. It works with nothing installed and
// with an old Node (18 or newer): it installs the dependencies and goes on with the Node 24 that they bring.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './install-dependencies.mjs';
import { installedNode, isNodeNewEnough } from './node-version.mjs';
import { runCommand } from './run-command.mjs';

/** Loaded only when they run, since they may use what an old Node does not have. */
const commands = {
  quickstart: async (args) => (await import('./interlink.mjs')).interlink(['quickstart', ...args]),
  test: async (args) => (await import('./test.mjs')).test(args),
  bench: async (args) => (await import('./bench.mjs')).bench(args),
  check: async (args) => (await import('./check.mjs')).check(args),
  interlink: async (args) => (await import('./interlink.mjs')).interlink(args),
  'conformance:kubernetes': async (args) => (await import('./interlink.mjs')).conformanceKubernetes(args),
  conformance: async (args) => (await import('./interlink.mjs')).conformance(args),
};

async function main([name = '', ...args]) {
  const command = commands[name];
  if (command === undefined) {
    console.error(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`);
    return 2;
  }
  const installed = await installDependencies();
  if (installed !== 0) {
    console.error('the dependencies could not be installed; what npm said stands above');
    return installed;
  }
  if (isNodeNewEnough()) return command(args);
  const node = installedNode();
  if (node === undefined) {
    console.error(
      `Node ${process.versions.node} is too old (22.19 is needed) and the installed Node 24 is missing: run npm ci`,
    );
    return 1;
  }
  return runCommand([node, fileURLToPath(import.meta.url), name, ...args]);
}

process.exitCode = await main(process.argv.slice(2));
