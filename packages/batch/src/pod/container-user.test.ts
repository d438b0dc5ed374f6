import { resolvePod } from '@interlink/plugin-sdk';
import type { Container, Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { batchVerdicts } from './verdict-table.ts';
import { createApptainerRuntime } from '../runtimes/apptainer-runtime.ts';
import { createNoneRuntime } from '../runtimes/none-runtime.ts';
import { createLocalHost } from '../host/local-host.ts';
import { otherUser } from './container-user.ts';
import { judge } from './judge.ts';

type Security = NonNullable<Pod['spec']>['securityContext'];

const root = { uid: 0, gid: 0 };

function podOf(security: Security, container: Container['securityContext']): Pod {
  return {
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    spec: {
      ...(security ? { securityContext: security } : {}),
      containers: [{ name: 'main', image: 'busybox', ...(container ? { securityContext: container } : {}) }],
    },
  };
}

describe('whom a container runs as', () => {
  it.each<[what: string, pod: Security, container: Container['securityContext'], user: unknown]>([
    ['the jobs’ user where nobody asks', undefined, undefined, undefined],
    ['the jobs’ user where it is asked for', { runAsUser: 0 }, undefined, undefined],
    ['the pod’s, with the group 0', { runAsUser: 1000 }, undefined, { uid: 1000, gid: 0, groups: [] }],
    ['its own before the pod’s', { runAsUser: 1000, runAsGroup: 5 }, { runAsUser: 7 }, { uid: 7, gid: 5, groups: [] }],
    ['a group alone', undefined, { runAsGroup: 9 }, { uid: 0, gid: 9, groups: [] }],
    ['with groups, each once', { fsGroup: 3, supplementalGroups: [4, 3] }, {}, { uid: 0, gid: 0, groups: [3, 4] }],
  ])('is %s', (_what, security, container, user) => {
    const [resolved] = resolvePod({ pod: podOf(security, container) }).containers;
    expect(otherUser(security, resolved!, root)).toEqual(user);
  });
});

describe('the verdict of another user, where the site honours it', () => {
  const apptainer = createApptainerRuntime({ homeDirectory: '/root' });
  const verdictsOf = (pod: Pod, runtime = apptainer, user = root): Record<string, string> => {
    const table = batchVerdicts({ runtime, scheduler: {}, policy: { runAsUser: 'honour' }, user });
    const security = judge(pod, table).verdicts.filter(({ path }) => path.includes('securityContext.runAs'));
    return Object.fromEntries(security.map(({ path, verdict }) => [path.replace('spec.', ''), verdict]));
  };

  it('is honoured by apptainer for jobs of root', () => {
    expect(verdictsOf(podOf({ runAsUser: 1000, runAsGroup: 5, runAsNonRoot: true }, { runAsUser: 7 }))).toEqual({
      'securityContext.runAsUser': 'honoured',
      'securityContext.runAsGroup': 'honoured',
      'securityContext.runAsNonRoot': 'honoured',
      'containers[0].securityContext.runAsUser': 'honoured',
    });
  });

  it('is a refusal where a container would be root that must not be', () => {
    expect(verdictsOf(podOf({ runAsNonRoot: true }, undefined))).toEqual({ 'securityContext.runAsNonRoot': 'refused' });
    expect(verdictsOf(podOf({ runAsUser: 5 }, { runAsUser: 0, runAsNonRoot: true }))).toMatchObject({
      'containers[0].securityContext.runAsNonRoot': 'refused',
    });
  });

  it('is a refusal where jobs are not root’s, or the runtime cannot', () => {
    const pod = podOf({ runAsUser: 1000 }, undefined);
    expect(verdictsOf(pod, apptainer, { uid: 5, gid: 5 })).toEqual({ 'securityContext.runAsUser': 'refused' });
    const none = createNoneRuntime({ host: createLocalHost(), namespaces: { kind: 'root' } });
    expect(verdictsOf(pod, none)).toEqual({ 'securityContext.runAsUser': 'refused' });
  });
});
