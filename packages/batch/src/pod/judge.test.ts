import type { Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { ProbeTools } from '../actions/probe-tools.ts';
import { createLocalHost } from '../host/local-host.ts';
import { createNoneRuntime } from '../runtimes/none-runtime.ts';
import { judge } from './judge.ts';
import { batchVerdicts } from './verdict-table.ts';

const runtime = createNoneRuntime({ host: createLocalHost(), namespaces: { kind: 'root' } });
const table = batchVerdicts({ runtime, scheduler: {}, policy: {}, user: { uid: 0, gid: 0 } });

/** As an API server stores a pod whose author wrote names, images and commands alone. */
const container = (name: string) => ({
  name,
  image: 'busybox:1.37',
  command: ['true'],
  resources: {},
  imagePullPolicy: 'IfNotPresent' as const,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File' as const,
  securityContext: {},
  volumeMounts: [
    { name: 'kube-api-access-x7k2p', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ],
});
const stored: Pod = {
  metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '7', generation: 1 },
  spec: {
    containers: [container('a'), container('b')],
    initContainers: [container('c')],
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    serviceAccount: 'default',
    nodeName: 'vk',
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: [
      { key: 'virtual-node.interlink/no-schedule', operator: 'Exists' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    volumes: [
      { name: 'work', emptyDir: {} },
      { name: 'kube-api-access-x7k2p', projected: { defaultMode: 420, sources: [] } },
    ],
  },
};

describe('the verdict of a probe', () => {
  const probe = { grpc: { port: 1 } };
  const secure = { httpGet: { port: 1, scheme: 'HTTPS' } };
  const pod: Pod = { spec: { containers: [{ ...container('a'), startupProbe: probe, livenessProbe: secure }] } };
  const verdicts = (tools: ProbeTools) =>
    judge(pod, batchVerdicts({ runtime, scheduler: {}, policy: {}, user: { uid: 0, gid: 0 }, tools }))
      .verdicts.filter(({ path }) => path.endsWith('Probe'))
      .map(({ verdict }) => verdict);

  it('depends on what the machine has for it', () => {
    expect(verdicts({ https: true, grpc: true })).toEqual(['honoured', 'honoured']);
    expect(verdicts({ https: true, grpc: false })).toEqual(['ignored', 'honoured']);
    expect(verdicts({ https: false, grpc: false })).toEqual(['ignored', 'ignored']);
  });
});

describe('the verdicts of a pod as an API server stores it', () => {
  it('are one warning, on the images, where no image is used', () => {
    expect(judge(stored, table).warnings).toEqual([
      'spec.containers[0].image, spec.containers[1].image, spec.initContainers[0].image have no effect: there are no images here: the command runs on the machine itself',
    ]);
  });

  it('name what the author set, also where it is empty', () => {
    const paths = judge(stored, table).verdicts.map(({ path }) => path);
    expect(paths).toContain('spec.tolerations');
    expect(paths).toContain('spec.volumes[0].emptyDir');
  });

  it('refuse the sources of a projected volume that nobody sends, by name', () => {
    const sources = [{ configMap: { name: 'c' } }, { podCertificate: { signerName: 'example.com/s' } }];
    const { verdicts } = judge({ spec: { containers: [], volumes: [{ name: 'v', projected: { sources } }] } }, table);
    expect(verdicts).toEqual([
      {
        path: 'spec.volumes[0].projected',
        verdict: 'refused',
        note: 'sources[1].podCertificate: no virtual kubelet sends this with a pod',
      },
    ]);
  });

  it('meet the purpose of an fsGroup, because the jobs own their volumes', () => {
    const securityContext = { fsGroup: 2000, fsGroupChangePolicy: 'OnRootMismatch' };
    const { verdicts } = judge({ spec: { containers: [], securityContext } }, table);
    expect(verdicts.map(({ path, verdict }) => `${path} ${verdict}`)).toEqual([
      'spec.securityContext.fsGroup emulated',
    ]);
  });

  it('warn of what an author chose', () => {
    const chosen = { ...container('a'), imagePullPolicy: 'Never' as const, resources: { limits: { cpu: '1' } } };
    const { warnings } = judge({ spec: { containers: [chosen] } }, table);
    expect(warnings).toContain('spec.containers[0].imagePullPolicy has no effect: there are no images here');
    expect(warnings).toContain('spec.containers[0].resources has no effect: no limits are enforced');
  });
});
