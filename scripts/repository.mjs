import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

/** The directory of the checkout, whatever directory a command was started in. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The programs that the dependencies bring, Node 24 among them. */
export const programs = join(root, 'node_modules', '.bin');

/** This process's environment with those programs first on PATH. */
export function toolEnvironment() {
  const path = process.env.PATH ?? '';
  const NX_TUI = 'false'; // Its screen would hide the output of the steps before it.
  return { ...process.env, NX_TUI, PATH: path.startsWith(programs) ? path : `${programs}${delimiter}${path}` };
}
