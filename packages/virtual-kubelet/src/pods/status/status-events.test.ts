import { readFileSync } from 'node:fs';
import type { ContainerStatus, Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, withJob } from '../../../test/pods/build-pod.ts';
import { known, remote } from '../../../test/pods/remote-status.ts';
import { podEventReasons } from './pod-event.ts';
import { nextPodStatus } from './pod-status.ts';
import { statusEvents } from './status-events.ts';

const now = Date.parse('2026-07-20T10:00:00Z');
const context = { addresses: { hostIp: '10.0.0.1', podIp: '10.0.0.1' }, lostAfterSeconds: 300, now };

function next(pod: Pod, answer: PodStatus | undefined): PodStatusV1 {
  return nextPodStatus(pod, answer, context).status;
}

/** What is told when these answers come one after the other. */
function told(...answers: readonly PodStatus[]): string[] {
  const lines: string[] = [];
  let pod = buildPod({ annotations: withJob, spec: { restartPolicy: 'Always' } });
  for (const answer of answers) {
    const status = next(pod, answer);
    for (const { type, reason, message } of statusEvents(pod, status, answer)) {
      lines.push(`${type} ${reason}: ${message}`);
    }
    pod = { ...pod, status };
  }
  return lines;
}

const one = (status: Partial<ContainerStatus>): PodStatus => remote({ main: status }, known);
const ended = (exitCode: number, reason: string) => ({ terminated: { exitCode, reason } });
const running = { running: { startedAt: '2026-07-20T10:00:00Z' } };
const queued = (reason: string, expectedStart?: string) =>
  remote(
    { main: { state: { waiting: { reason, message: 'others first' } } } },
    {
      interlink: {
        state: 'known',
        reason,
        message: 'others first',
        ...(expectedStart === undefined ? {} : { expectedStart }),
      },
    },
  );

describe('the events of a pod', () => {
  it.each<[string, readonly PodStatus[], readonly string[]]>([
    ['nothing while it is being created', [one({ state: { waiting: { reason: 'ContainerCreating' } } })], []],
    [
      'why it waits, once for each reason, whatever the estimate does',
      [queued('Priority', '2026-07-20T11:00:00Z'), queued('Priority', '2026-07-20T12:00:00Z'), queued('Resources')],
      [
        'Normal Waiting: Priority: job job-1: others first; expected to start at 2026-07-20T11:00:00Z',
        'Normal Waiting: Resources: job job-1: others first',
      ],
    ],
    [
      'image, start and end',
      [one({ state: running, imageID: 'sha256:1', image: 'busybox' }), one({ state: ended(0, 'Completed') })],
      [
        'Normal Pulled: Image "busybox" is present as sha256:1',
        'Normal Started: Container main started',
        'Normal Ended: Container main ended with exit code 0, Completed',
      ],
    ],
    [
      'a run that nobody saw running',
      [one({ state: ended(3, 'Error') })],
      ['Normal Started: Container main started', 'Warning Ended: Container main ended with exit code 3, Error'],
    ],
    [
      'a restart that was seen only afterwards',
      [one({ state: running }), one({ state: running, restartCount: 1, lastState: ended(1, 'OOMKilled') })],
      [
        'Normal Started: Container main started',
        'Warning Ended: Container main ended with exit code 1, OOMKilled',
        'Normal Restarted: Container main started again, restart 1',
      ],
    ],
    [
      'back-off and restart, each once',
      [
        one({ state: ended(1, 'Error') }),
        one({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended(1, 'Error') }),
        one({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended(1, 'Error') }),
        one({ state: running, restartCount: 1, lastState: ended(1, 'Error') }),
      ],
      [
        'Normal Started: Container main started',
        'Warning Ended: Container main ended with exit code 1, Error',
        'Warning BackOff: Back-off restarting failed container',
        'Normal Restarted: Container main started again, restart 1',
      ],
    ],
    [
      'an image that cannot be had',
      [
        one({ state: { waiting: { reason: 'ErrImagePull', message: '404' } }, image: 'nix' }),
        one({ state: { waiting: { reason: 'ImagePullBackOff', message: '404' } }, image: 'nix' }),
      ],
      ['Warning Failed: Failed to pull image "nix": 404', 'Normal BackOff: Back-off pulling image "nix": 404'],
    ],
    [
      'that its state is not known, and that it is again',
      [
        one({ state: running }),
        remote({}, { interlink: { state: 'unknown', reason: 'Down', message: 'no route' } }),
        one({ state: running }),
      ],
      [
        'Normal Started: Container main started',
        'Warning RemoteStateUnknown: Down: no route; nothing was changed, unknown since 2026-07-20T10:00:00Z',
        'Normal RemoteStateKnown: the state of the job is known again',
      ],
    ],
  ])('tell %s', (_, answers, lines) => {
    expect(told(...answers)).toEqual(lines);
  });

  it('tell that it is lost, and not that its containers ended as well', () => {
    const gone = remote({}, { interlink: { state: 'gone' } });
    const pod = buildPod({ annotations: withJob });
    const doubted = { ...pod, status: next({ ...pod, status: next(pod, one({ state: running })) }, gone) };
    const lost = nextPodStatus(doubted, gone, { ...context, now: now + 300_000 }).status;
    expect(statusEvents(doubted, lost, gone).map(({ reason }) => reason)).toEqual(['JobLost']);
  });
});

it('the reference page has every reason, and no other', () => {
  const page = readFileSync(new URL('../../../../../docs/reference/events.md', import.meta.url), 'utf8');
  const rows =
    page
      .split('## Events')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| `(\w+)` /gm) ?? [];
  expect([...rows].map(([, reason]) => reason).toSorted()).toEqual(podEventReasons.toSorted());
});
