import { annotations } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, container } from '../../../test/pods/build-pod.ts';
import { deletedStatus, overdueStatus, refusedStatus } from './ended-status.ts';

const context = {
  addresses: { hostIp: '10.0.0.1', podIp: '10.0.0.1' },
  lostAfterSeconds: 300,
  now: Date.parse('2026-07-20T10:00:00Z'),
};
const ended = (name: string, exitCode: number) => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode, reason: 'Completed', finishedAt: '2026-07-20T09:00:00Z' } },
});

describe('the status of a refused pod', () => {
  it('has the words of the backend for the pod and for every container', () => {
    const pod = buildPod({ spec: { initContainers: [container('prep')] } });
    const status = refusedStatus(pod, 'invalid partition', context);
    expect(status).toMatchObject({ phase: 'Failed', reason: 'ProviderFailed', message: 'invalid partition' });
    const terminated = { exitCode: 1, reason: 'ProviderFailed', message: 'invalid partition' };
    expect(status.initContainerStatuses?.[0]?.state).toMatchObject({ terminated });
    expect(status.containerStatuses?.[0]?.state).toMatchObject({ terminated });
    expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'PodFailed',
    });
  });

  it('is no success where no container of it was to be sent', () => {
    const pod = buildPod({ annotations: { [annotations.disableOffloadContainers]: 'main' } });
    expect(refusedStatus(pod, 'leaves no container to run', context).phase).toBe('Failed');
  });
});

describe('the status of a pod that was ended at its deadline', () => {
  it('is a failure also where its containers had ended well and waited to be started again', () => {
    const status = { phase: 'Running', containerStatuses: [ended('main', 0)] };
    const pod = buildPod({ spec: { restartPolicy: 'Always' }, status });
    expect(overdueStatus(pod, context)).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });
});

describe('the last status of a deleted pod', () => {
  it('is no success where no container of it was sent', () => {
    const pod = buildPod({ annotations: { [annotations.disableOffloadContainers]: 'main' } });
    expect(deletedStatus(pod, context).phase).toBe('Failed');
  });

  it('fails where a container was not seen to end', () => {
    const pod = buildPod({
      spec: { containers: [container('a'), container('b')] },
      status: { phase: 'Running', containerStatuses: [ended('a', 0)] },
    });
    const status = deletedStatus(pod, context);
    expect(status.phase).toBe('Failed');
    expect(status.containerStatuses?.[0]?.state).toEqual(ended('a', 0).state);
    expect(status.containerStatuses?.[1]?.state?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    });
  });

  it('succeeds where all did', () => {
    const pod = buildPod({ status: { phase: 'Running', containerStatuses: [ended('main', 0)] } });
    expect(deletedStatus(pod, context).phase).toBe('Succeeded');
  });

  it('stays as it is when the pod had ended before', () => {
    const status = { phase: 'Succeeded', containerStatuses: [ended('main', 0)] };
    expect(deletedStatus(buildPod({ status }), context)).toBe(status);
  });
});
