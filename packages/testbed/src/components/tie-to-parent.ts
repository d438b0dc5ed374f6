import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const setprivArguments = ['--pdeathsig', 'KILL', '--'];

let setprivWorks: Promise<boolean> | undefined;

async function trySetpriv(): Promise<boolean> {
  return promisify(execFile)('setpriv', [...setprivArguments, 'true']).then(
    () => true,
    () => false,
  );
}

/** Kills `$2` when `$1` is gone, and ends by itself when `$2` is. */
const watcherScript = `
while kill -0 "$2" 2>/dev/null; do
  kill -0 "$1" 2>/dev/null || exec kill -9 "$2"
  sleep 1
done`;

/** How children are made to die with their parent, even when the parent is killed. */
export interface ParentTie {
  /** The command line that runs `command` tied to this process. */
  wrap(command: readonly string[]): readonly string[];
  /** Called once with the child's process number. */
  watch(pid: number): void;
}

/** The kernel sends SIGKILL; needs Linux and util-linux. */
export const kernelTie: ParentTie = {
  wrap: (command) => ['setpriv', ...setprivArguments, ...command],
  watch: () => undefined,
};

/** A shell per child looks once a second. */
export const watcherTie: ParentTie = {
  wrap: (command) => command,
  watch: (pid) => {
    const options = { detached: true, stdio: 'ignore' } as const;
    spawn('/bin/sh', ['-c', watcherScript, 'watch', String(process.pid), String(pid)], options).unref();
  },
};

/** A child that outlives its parent on purpose. */
export const untied: ParentTie = { wrap: (command) => command, watch: () => undefined };

/** The best tie of this machine: the kernel's (Linux with a `setpriv` that knows it), else a watching shell per child. */
export async function tieToParent(): Promise<ParentTie> {
  setprivWorks ??= trySetpriv();
  return (await setprivWorks) ? kernelTie : watcherTie;
}
