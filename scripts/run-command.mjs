import { spawn } from 'node:child_process';
import process from 'node:process';
import { root, toolEnvironment } from './repository.mjs';

/** Signals that end this command: the child gets them and ends in its own way, and we end after it. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the checkout with our terminal as its own, and gives its exit code; 127 when it is not there. With
 * `quiet`, what it says is shown only when it fails.
 * @param {readonly string[]} argv program and arguments
 * @param {{ cwd?: string, quiet?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function runCommand(argv, { cwd = root, quiet = false } = {}) {
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd, stdio: quiet ? 'pipe' : 'inherit', env: toolEnvironment() });
  const said = [];
  for (const output of quiet ? [child.stdout, child.stderr] : []) output.on('data', (chunk) => said.push(chunk));
  // At a terminal Ctrl-C reaches the child by itself, and a second one here would cut its clean-up short.
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of forwarded) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      end(127);
    });
    child.on('close', (code, signal) => {
      if (code !== 0) for (const chunk of said) process.stderr.write(chunk);
      end(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * Runs a TypeScript file of the workspace from source.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function runSource(file, args = [], options = {}) {
  return runCommand(['node', '--conditions=@interlink/source', file, ...args], options);
}
