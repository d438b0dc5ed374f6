import { systemClock, type Clock } from '@interlink/runtime';
import { isRunning, type ProcessIdentity } from './process-identity.ts';

const pollMilliseconds = 50;

/** How a process is ended. */
export interface EndOptions {
  /** Time between SIGTERM and SIGKILL; 0 is SIGKILL at once. */
  readonly graceSeconds: number;
  readonly clock?: Clock;
}

function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** SIGTERM, the grace period, SIGKILL; resolves when the process is gone. One that is gone already is fine. */
export async function endProcess(identity: ProcessIdentity, options: EndOptions): Promise<void> {
  const clock = options.clock ?? systemClock;
  if (!(await isRunning(identity))) return;
  if (options.graceSeconds > 0) signalProcess(identity, 'SIGTERM');
  const killAt = clock.now() + options.graceSeconds * 1000;
  let killed = false;
  while (await isRunning(identity)) {
    if (!killed && clock.now() >= killAt) {
      signalProcess(identity, 'SIGKILL');
      killed = true;
    }
    await clock.sleep(pollMilliseconds);
  }
}
