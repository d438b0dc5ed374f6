import type { Toleration } from '@interlink/spec';
import { kubernetesSupport } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { startPodLab, type PodLab } from '../../test/pods/pod-lab.ts';

/** What this cluster gives every pod; a kubelet's cluster gives 300. */
const defaultSeconds = 2;
const chosenSeconds = 4;
const patientSeconds = 3600;
const outageTaints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** An older API server drops the field. */
const keepsGeneration = kubernetesSupport('1.34', 'observed generations of pods').available;

let lab: PodLab;

beforeAll(async () => {
  lab = await startPodLab({
    extraArguments: {
      'kube-apiserver': [
        `--default-unreachable-toleration-seconds=${defaultSeconds}`,
        `--default-not-ready-toleration-seconds=${defaultSeconds}`,
      ],
      'kube-controller-manager': ['--node-monitor-grace-period=12s', '--node-monitor-period=1s'],
    },
    heartbeatMilliseconds: 1000,
  });
}, 900_000);
afterAll(() => lab[Symbol.asyncDispose]());

const chosen = outageTaints.map((key): Toleration => {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: chosenSeconds };
});

describe('an outage of the virtual kubelet', () => {
  it('does not end the pods of those who chose no time, though the cluster evicts from the node', async () => {
    const namespace = await lab.namespace();
    const fake = createFakeInterLink();
    const config = { outageTolerationSeconds: patientSeconds, defaultTolerationSeconds: defaultSeconds };
    await lab.start(fake, config);
    await lab.createPod(namespace, 'patient');
    await lab.createPod(namespace, 'hasty', { tolerations: chosen });
    for (const name of ['patient', 'hasty']) {
      await eventually(
        () => lab.pod(namespace, name),
        (pod) => pod?.status?.phase === 'Running',
      );
    }
    const patient = await lab.pod(namespace, 'patient');
    expect(patient?.spec?.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual(
      outageTaints.map((key) => [key, patientSeconds]),
    );
    expect(patient?.status?.observedGeneration).toBe(keepsGeneration ? patient?.metadata?.generation : undefined);

    lab.stopHeartbeat();
    await eventually(
      () => lab.pod(namespace, 'hasty'),
      (pod) => pod === undefined,
    );
    const survivor = await lab.pod(namespace, 'patient');
    expect(survivor?.status?.phase).toBe('Running');
    expect(survivor?.metadata?.deletionTimestamp).toBeUndefined();
    expect([...fake.jobs.keys()]).toEqual([survivor?.metadata?.uid]);
  }, 180_000);
});
