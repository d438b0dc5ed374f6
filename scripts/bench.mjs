import { runSource } from './run-command.mjs';

/** The benchmarks, or those that are named; JSON on standard output. */
export function bench(args) {
  return runSource('benchmarks/run.ts', args);
}
