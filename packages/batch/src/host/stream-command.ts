import { once } from 'node:events';
import { constants } from 'node:os';
import type { HostProcess, StreamOptions } from '../contract/host.ts';
import { defaultPath, notStarted, startProgram } from './run-command.ts';

/** See `Host.stream`. */
export async function streamCommand(argv: readonly string[], options: StreamOptions = {}): Promise<HostProcess> {
  const [program = '', ...rest] = argv;
  const child = startProgram(program, rest, {
    env: { ...(options.environment ?? { PATH: defaultPath }) },
    // Signals to this process's group, such as that of a Ctrl-C, are not for it.
    detached: true,
  });
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
  });
  await once(child, 'spawn').catch((error: unknown) => {
    throw notStarted(program, error);
  });
  // A command that does not read its input closes it early; whoever writes hears it from the write.
  child.stdin.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill: (signal) => void child.kill(signal),
  };
}
