import type { ContainerStateTerminated, ContainerStatus } from '@interlink/spec';
import type { PodEvent } from './pod-event.ts';

/** Reasons that tell of an image which is not there. */
const imageFailures: ReadonlySet<string> = new Set(['ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull']);

/** Whether {@link containerEvents} tells by itself of a container that waits for this reason. */
export function isToldOfContainer(waitingReason: string): boolean {
  return (
    imageFailures.has(waitingReason) || waitingReason === 'ImagePullBackOff' || waitingReason === 'CrashLoopBackOff'
  );
}

/** What happened to one container between two of its statuses, in the order in which it happened. */
export function containerEvents(before: ContainerStatus | undefined, after: ContainerStatus): readonly PodEvent[] {
  const runs = [started(before, after), ended(before, after)];
  const ordered = after.state?.running ? runs.toReversed() : runs;
  const events = [pulled(before, after), notPulled(before, after), ...ordered, backsOff(before, after)];
  return events.filter((event) => event !== undefined).map((event) => ({ ...event, container: after.name }));
}

/** Runs that have begun. */
function runsOf(status: ContainerStatus | undefined): number {
  if (status === undefined) return 0;
  const hasRun = status.state?.running ?? endOf(status);
  return hasRun === undefined ? 0 : status.restartCount + 1;
}

function endsOf(status: ContainerStatus | undefined): number {
  return runsOf(status) - (status?.state?.running ? 1 : 0);
}

/** The last end of a run; an image that could not be pulled was no run. */
function endOf({ state, lastState }: ContainerStatus): ContainerStateTerminated | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  return imageFailures.has(end?.reason ?? '') ? undefined : end;
}

function pulled(before: ContainerStatus | undefined, { image, imageID }: ContainerStatus): PodEvent | undefined {
  if (imageID === '' || (before?.imageID ?? '') !== '') return undefined;
  return { type: 'Normal', reason: 'Pulled', message: `Image "${image}" is present as ${imageID}` };
}

function notPulled(before: ContainerStatus | undefined, { image, state }: ContainerStatus): PodEvent | undefined {
  const failure = [state?.waiting, state?.terminated].find((words) => imageFailures.has(words?.reason ?? ''));
  const known = before?.state?.waiting ?? before?.state?.terminated;
  if (failure === undefined || failure.reason === known?.reason) return undefined;
  const message = `Failed to pull image "${image}": ${failure.message ?? failure.reason ?? ''}`;
  return { type: 'Warning', reason: 'Failed', message };
}

function started(before: ContainerStatus | undefined, after: ContainerStatus): PodEvent | undefined {
  if (runsOf(after) <= runsOf(before)) return undefined;
  const { name, restartCount } = after;
  if (restartCount === 0) return { type: 'Normal', reason: 'Started', message: `Container ${name} started` };
  return { type: 'Normal', reason: 'Restarted', message: `Container ${name} started again, restart ${restartCount}` };
}

function ended(before: ContainerStatus | undefined, after: ContainerStatus): PodEvent | undefined {
  const end = after.state?.running ? after.lastState?.terminated : endOf(after);
  if (end === undefined || endsOf(after) <= endsOf(before)) return undefined;
  const { exitCode, reason = 'Error', message } = end;
  const words = `Container ${after.name} ended with exit code ${exitCode}, ${reason}`;
  return {
    type: exitCode === 0 ? 'Normal' : 'Warning',
    reason: 'Ended',
    message: message === undefined ? words : `${words}: ${message}`,
  };
}

function backsOff(before: ContainerStatus | undefined, after: ContainerStatus): PodEvent | undefined {
  const { reason, message } = after.state?.waiting ?? {};
  if (before?.state?.waiting?.reason === reason && before?.restartCount === after.restartCount) return undefined;
  if (reason === 'ImagePullBackOff')
    return { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${after.image}": ${message ?? ''}` };
  if (reason !== 'CrashLoopBackOff') return undefined;
  return { type: 'Warning', reason: 'BackOff', message: message ?? 'Back-off restarting failed container' };
}
