import type { Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { commonVerdicts, resolvedVerdicts } from './common-verdicts.ts';
import { judgePod } from './judge-pod.ts';
import { emulated, honoured, ignored, refused, unlessDefault, unmentioned, type VerdictTable } from './verdict.ts';

const table: VerdictTable = {
  metadata: unmentioned,
  "metadata.annotations['example.org/queue']": honoured('as the queue'),
  'spec.containers[].image': honoured(),
  'spec.containers[].livenessProbe': emulated('in the runner'),
  'spec.initContainers[].livenessProbe': refused('not for init containers'),
  'spec.containers[].securityContext': ignored('no privileges here'),
  'spec.containers[].securityContext.runAsUser': (value) => (value === 0 ? refused('never root') : undefined),
  'spec.volumes[].name': unmentioned,
  'spec.volumes[].emptyDir': honoured(),
  'spec.dnsPolicy': unlessDefault(['ClusterFirst'], ignored('no DNS')),
};

function judge(pod: object, verdicts: VerdictTable = table): [path: string, verdict: string][] {
  return judgePod(pod as Pod, verdicts).map(({ path, verdict }) => [path, verdict]);
}

describe('judgePod', () => {
  it('gives each set field the verdict of its longest entry', () => {
    const pod = {
      spec: {
        containers: [
          {
            image: 'i',
            livenessProbe: { exec: { command: ['x'] } },
            securityContext: { runAsUser: 0, privileged: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    };
    expect(judge(pod)).toEqual([
      ['spec.containers[0].image', 'honoured'],
      ['spec.containers[0].livenessProbe', 'emulated'],
      ['spec.containers[0].securityContext.runAsUser', 'refused'],
      ['spec.containers[0].securityContext.privileged', 'ignored'],
      ['spec.containers[0].securityContext.capabilities', 'ignored'],
    ]);
  });

  it('ignores with a note what no entry speaks of, named once at its top', () => {
    expect(judgePod({ spec: { containers: [], unheardOf: { a: 1, b: { c: 2 } } } } as unknown as Pod, table)).toEqual([
      { path: 'spec.unheardOf', verdict: 'ignored', note: 'this backend does not know the field' },
    ]);
  });

  it('applies entries of containers to ephemeral ones where the table knows a field of these', () => {
    const spec = { ephemeralContainers: [{ image: 'i', livenessProbe: { x: 1 } }] };
    expect(judge({ spec })).toEqual([['spec.ephemeralContainers', 'ignored']]);
    const own = { ...table, 'spec.ephemeralContainers[].targetContainerName': emulated('on disk') };
    expect(judge({ spec }, own)).toEqual([
      ['spec.ephemeralContainers[0].image', 'honoured'],
      ['spec.ephemeralContainers[0].livenessProbe', 'emulated'],
    ]);
  });

  it('applies entries of containers to init containers unless these have their own', () => {
    expect(
      judge({ spec: { initContainers: [{ image: 'i', livenessProbe: { x: 1 }, securityContext: { runAsUser: 5 } }] } }),
    ).toEqual([
      ['spec.initContainers[0].image', 'honoured'],
      ['spec.initContainers[0].livenessProbe', 'refused'],
    ]);
  });

  it('says nothing of what is not set, and of defaults', () => {
    const pod = {
      spec: { dnsPolicy: 'ClusterFirst', hostname: '', hostAliases: [], affinity: null, securityContext: {} },
    };
    expect(judge(pod)).toEqual([]);
    expect(judge({ spec: { dnsPolicy: 'None' } })).toEqual([['spec.dnsPolicy', 'ignored']]);
  });

  it('takes an empty object for set where the table knows it, also where it knows fields of it', () => {
    const own = { ...table, 'spec.volumes[].emptyDir.medium': emulated('on disk') };
    expect(judge({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, own)).toEqual([
      ['spec.volumes[0].emptyDir', 'honoured'],
    ]);
    expect(judge({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } })).toEqual([
      ['spec.volumes[0].emptyDir', 'honoured'],
    ]);
  });

  it('takes false and 0 for set', () => {
    expect(judge({ spec: { hostNetwork: false, activeDeadlineSeconds: 0 } })).toEqual([
      ['spec.hostNetwork', 'ignored'],
      ['spec.activeDeadlineSeconds', 'ignored'],
    ]);
  });

  it('finds a single annotation', () => {
    expect(judge({ metadata: { name: 'x', annotations: { 'example.org/queue': 'q', other: 'y' } } })).toEqual([
      ["metadata.annotations['example.org/queue']", 'honoured'],
    ]);
  });

  it('lets a rule see the value, its parent and its path', () => {
    const seen: unknown[] = [];
    const rule: VerdictTable = {
      'spec.containers[].tty': (value, { parent, path }) => {
        seen.push(value, parent, path);
        return undefined;
      },
    };
    judge({ spec: { containers: [{ tty: true }] } }, rule);
    expect(seen).toEqual([true, { tty: true }, 'spec.containers[0].tty']);
  });
});

describe('the common tables', () => {
  /** A pod as an API server stores it when only image and command were given. */
  const stored = {
    metadata: {
      name: 'demo',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      ownerReferences: [{ name: 'job' }],
    },
    spec: {
      volumes: [
        {
          name: 'kube-api-access-x1',
          projected: {
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }],
            defaultMode: 420,
          },
        },
      ],
      containers: [
        {
          name: 'main',
          image: 'python:3.12',
          command: ['true'],
          resources: {},
          volumeMounts: [
            { name: 'kube-api-access-x1', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
          ],
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      serviceAccount: 'default',
      nodeName: 'virtual',
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: { phase: 'Pending' },
  };

  it('make no noise of what an API server filled in', () => {
    expect(judge(stored, { ...commonVerdicts, ...resolvedVerdicts })).toEqual([
      ['spec.containers[0].image', 'ignored'],
      ['spec.containers[0].command', 'honoured'],
      ['spec.restartPolicy', 'ignored'],
    ]);
  });

  const pulls: Record<string, { image: string; policy: string; mentioned: boolean }> = {
    'the default of a tag': { image: 'a/b:1', policy: 'IfNotPresent', mentioned: false },
    'the default of latest': { image: 'a/b:latest', policy: 'Always', mentioned: false },
    'the default without a tag': { image: 'host:5000/b', policy: 'Always', mentioned: false },
    'the default of a digest': { image: 'a/b@sha256:00', policy: 'IfNotPresent', mentioned: false },
    'a wish': { image: 'a/b:1', policy: 'Never', mentioned: true },
  };
  it.each(Object.entries(pulls))('know %s as pull policy', (_, { image, policy, mentioned }) => {
    const verdicts = judge({ spec: { containers: [{ imagePullPolicy: policy, image }] } }, commonVerdicts);
    expect(verdicts.some(([path]) => path.endsWith('imagePullPolicy'))).toBe(mentioned);
  });

  it('refuse Windows', () => {
    expect(judge({ spec: { os: { name: 'windows' } } }, commonVerdicts)).toEqual([['spec.os', 'refused']]);
    expect(judge({ spec: { os: { name: 'linux' } } }, commonVerdicts)).toEqual([]);
  });
});
