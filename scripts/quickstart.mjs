import { runSource } from './run-command.mjs';

/** A pod on a virtual node of a control plane on this machine. */
export function quickstart(args) {
  return runSource('apps/interlink/src/main.ts', ['quickstart', ...args]);
}
