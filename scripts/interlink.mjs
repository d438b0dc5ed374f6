import { join } from 'node:path';
import process from 'node:process';
import { root } from './repository.mjs';
import { runSource } from './run-command.mjs';

// npm runs scripts in the root of the checkout and says here where you are: paths that you give are meant from there.
const options = { cwd: process.env.INIT_CWD ?? process.cwd() };

/** `interlink` from source. */
export function interlink(args) {
  return runSource(join(root, 'apps/interlink/src/main.ts'), args, options);
}

/** `interlink-conformance` from source. */
export function conformance(args) {
  return runSource(join(root, 'packages/conformance/src/main.ts'), args, options);
}

/** Kubernetes' own end-to-end tests against a virtual node. */
export function conformanceKubernetes(args) {
  return runSource(join(root, 'packages/testbed/scripts/conformance-kubernetes.ts'), args, options);
}
