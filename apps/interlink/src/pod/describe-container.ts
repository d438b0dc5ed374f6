import type { ContainerStatus } from '@interlink/spec';

/** A container's state in a few words: `waiting (PodInitializing)`, `running`, `ended with 0`. */
export function describeContainer(status: ContainerStatus): string {
  const { waiting, running, terminated } = status.state ?? {};
  if (terminated !== undefined) {
    const reason =
      terminated.reason === undefined || terminated.reason === 'Completed' ? '' : ` (${terminated.reason})`;
    return `ended with ${terminated.exitCode}${reason}`;
  }
  if (running !== undefined) return 'running';
  const words = [waiting?.reason, waiting?.message].filter((word) => word !== undefined && word !== '');
  return words.length === 0 ? 'waiting' : `waiting (${words.join(': ')})`;
}
