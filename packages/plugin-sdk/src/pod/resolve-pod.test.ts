import type { Container, Pod, PodSpec, RetrievedPodData } from '@interlink/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolvePod } from './resolve-pod.ts';

function dataOf(spec: Partial<PodSpec>, sent: object = {}): RetrievedPodData {
  const metadata = {
    uid: 'uid-1',
    name: 'demo',
    namespace: 'science',
    labels: { app: 'x' },
    annotations: { 'example.org/a': 'note' },
  };
  const pod: Pod = { metadata, spec: { containers: [], ...spec }, status: { podIP: '10.0.0.7' } };
  return { pod, container: [{ name: 'main', ...sent }] };
}

function main(container: Partial<Container>, sent: object = {}, spec: Partial<PodSpec> = {}) {
  return resolvePod(dataOf({ containers: [{ name: 'main', image: 'i', ...container }], ...spec }, sent)).containers[0]!;
}

const failing = (field: string, code = 'ILK_INVALID_INPUT') => expect.objectContaining({ code, field }) as Error;
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));

describe('resolvePod', () => {
  it('tells init containers, sidecars and main containers apart, in order', () => {
    const pod = resolvePod(
      dataOf({
        initContainers: [{ name: 'a' }, { name: 'b', restartPolicy: 'Always' }, { name: 'c' }],
        containers: [{ name: 'd' }],
        ephemeralContainers: [{ name: 'e' }],
      }),
    );
    expect(pod.initContainers.map(({ name, kind, field }) => [name, kind, field])).toEqual([
      ['a', 'init', 'pod.spec.initContainers[0]'],
      ['b', 'sidecar', 'pod.spec.initContainers[1]'],
      ['c', 'init', 'pod.spec.initContainers[2]'],
    ]);
    expect(pod.containers.map(({ kind }) => kind)).toEqual(['main']);
    expect(pod.ephemeralContainers.map(({ kind, field }) => [kind, field])).toEqual([
      ['ephemeral', 'pod.spec.ephemeralContainers[0]'],
    ]);
  });

  it('fills in the defaults of an API server', () => {
    expect(resolvePod(dataOf({}))).toMatchObject({
      uid: 'uid-1',
      name: 'demo',
      namespace: 'science',
      labels: { app: 'x' },
      terminationGracePeriodSeconds: 30,
      restartPolicy: 'Always',
    });
  });

  it('keeps a grace period of 0 and a deadline', () => {
    const pod = resolvePod(
      dataOf({ terminationGracePeriodSeconds: 0, activeDeadlineSeconds: 5, restartPolicy: 'Never' }),
    );
    expect(pod).toMatchObject({ terminationGracePeriodSeconds: 0, activeDeadlineSeconds: 5, restartPolicy: 'Never' });
  });

  it('takes null for absent, as Go sends it', () => {
    const spec = { volumes: null, initContainers: null, containers: [{ name: 'main', command: null, env: null }] };
    const pod = resolvePod({ ...dataOf(spec as unknown as PodSpec), container: null });
    expect(pod.containers[0]).toMatchObject({ environment: [], mounts: [] });
    expect(pod.containers[0]).not.toHaveProperty('command');
  });

  const refusals: Record<string, { spec: object; field: string }> = {
    'two containers of one name': {
      spec: { containers: [{ name: 'a' }, { name: 'a' }] },
      field: 'pod.spec.containers[1].name',
    },
    'an init and a main container of one name': {
      spec: { initContainers: [{ name: 'a' }], containers: [{ name: 'a' }] },
      field: 'pod.spec.containers[0].name',
    },
    'two volumes of one name': { spec: { volumes: [{ name: 'v' }, { name: 'v' }] }, field: 'pod.spec.volumes[1].name' },
    'an unknown restart policy': { spec: { restartPolicy: 'Sometimes' }, field: 'pod.spec.restartPolicy' },
    'a NUL in an argument': {
      spec: { containers: [{ name: 'a', args: ['x', 'a\0b'] }] },
      field: 'pod.spec.containers[0].args[1]',
    },
    'a NUL in the image': { spec: { containers: [{ name: 'a', image: '\0' }] }, field: 'pod.spec.containers[0].image' },
    'a bad quantity': {
      spec: { containers: [{ name: 'a', resources: { limits: { cpu: 'x' } } }] },
      field: 'pod.spec.containers[0].resources.limits[cpu]',
    },
  };
  it.each(Object.entries(refusals))('refuses %s', (_, { spec, field }) => {
    expect(() => resolvePod(dataOf(spec))).toThrow(failing(field));
  });

  it.each(['name', 'namespace'])('refuses a NUL in the %s', (key) => {
    const metadata = { uid: 'u', name: 'x', namespace: 'y', [key]: 'a\0b' };
    expect(() => resolvePod({ pod: { metadata } })).toThrow(failing(`pod.metadata.${key}`));
  });

  it('refuses a pod without a UID', () => {
    expect(() => resolvePod({ pod: { metadata: { name: 'x' } } })).toThrow(failing('pod.metadata.uid'));
  });
});

describe('command and arguments', () => {
  it('expand variables and keep what is none', () => {
    const container = main({
      command: ['$(A)', '$$(A)'],
      args: ['$(B)$(A)', '$HOME "quoted" \n'],
      env: [{ name: 'A', value: '1' }],
    });
    expect(container.command).toEqual(['1', '$(A)']);
    expect(container.args).toEqual(['$(B)1', '$HOME "quoted" \n']);
  });

  it('are absent when empty', () => {
    expect(main({ command: [], args: [] })).not.toHaveProperty('command');
  });

  it('pass any text without references through', () => {
    const plain = text.map((value) => value.replaceAll('$', ''));
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1 }), (args) => {
        expect(main({ args }).args).toEqual(args);
      }),
    );
  });
});

describe('environment', () => {
  it('keeps the order; a later value replaces the earlier one in its place', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)$(C)' },
      { name: 'A', value: '$(A)2' },
      { name: 'C' },
    ];
    expect(main({ env }).environment).toEqual([
      ['A', '12'],
      ['B', '1$(C)'],
      ['C', ''],
    ]);
  });

  it('of a pod bound to a node is taken as resolved, byte for byte', () => {
    fc.assert(
      fc.property(text, (value) => {
        const env = [
          { name: 'A', value: '1' },
          { name: 'B', value: `$(A)$$${value}` },
        ];
        const container = main({ env, args: ['$(B)'] }, {}, { nodeName: 'node' });
        expect(container.environment[1]).toEqual(['B', `$(A)$$${value}`]);
        expect(container.args).toEqual([`$(A)$$${value}`]);
      }),
    );
  });

  it('is expanded or not as the caller says', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)' },
    ];
    const data = dataOf({ nodeName: 'node', containers: [{ name: 'main', env }] });
    const valueOfB = (environmentValues: 'expand' | 'literal') =>
      resolvePod(data, { environmentValues }).containers[0]!.environment[1]![1];
    expect([valueOfB('expand'), valueOfB('literal')]).toEqual(['1', '$(A)']);
  });

  const sent = {
    configMaps: [{ metadata: { name: 'cm' }, data: { k: '$(A)', 'odd=name': 'x' }, binaryData: { bin: 'AAAA' } }],
    secrets: [{ metadata: { name: 's' }, data: { pw: Buffer.from('a$$b').toString('base64') } }],
  };

  it('takes whole objects at hand, explicit variables over them, impossible names left out', () => {
    const container = main(
      {
        envFrom: [
          { configMapRef: { name: 'cm' }, prefix: 'P_' },
          { secretRef: { name: 's' } },
          { secretRef: { name: 'no', optional: true } },
        ],
        env: [{ name: 'pw', value: '<$(pw)$(P_k)>' }],
      },
      sent,
    );
    expect(container.environment).toEqual([
      ['P_k', '$(A)'],
      ['pw', '<a$$b$(A)>'],
    ]);
  });

  const references: Record<string, { valueFrom: object; value: string | undefined }> = {
    'a ConfigMap key': { valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } }, value: '$(A)' },
    'a Secret key': { valueFrom: { secretKeyRef: { name: 's', key: 'pw' } }, value: 'a$$b' },
    'an absent optional key': {
      valueFrom: { secretKeyRef: { name: 's', key: 'none', optional: true } },
      value: undefined,
    },
    'an absent optional object': {
      valueFrom: { configMapKeyRef: { name: 'none', key: 'k', optional: true } },
      value: undefined,
    },
    'the name': { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } }, value: 'demo' },
    'the namespace': { valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } }, value: 'science' },
    'a label': { valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } }, value: 'x' },
    'a label with a name that objects have': {
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['constructor']" } },
      value: '',
    },
    'an absent label': { valueFrom: { fieldRef: { fieldPath: "metadata.labels['none']" } }, value: '' },
    'an annotation': { valueFrom: { fieldRef: { fieldPath: "metadata.annotations['example.org/a']" } }, value: 'note' },
    'the pod IP': { valueFrom: { fieldRef: { fieldPath: 'status.podIP' } }, value: '10.0.0.7' },
    'a limit in units of its divisor, rounded up': {
      valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
      value: '2',
    },
    'a limit in cores, rounded up': { valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } }, value: '2' },
    'a divisor left at zero': {
      valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } },
      value: '2',
    },
    'a request of another container': {
      valueFrom: { resourceFieldRef: { containerName: 'other', resource: 'requests.cpu', divisor: '1m' } },
      value: '250',
    },
    'an absent request': { valueFrom: { resourceFieldRef: { resource: 'requests.nvidia.com/gpu' } }, value: '0' },
  };
  it.each(Object.entries(references))('resolves %s', (_, { valueFrom, value }) => {
    const container = { name: 'main', resources: { limits: { cpu: '1500m', memory: '1100Ki' } } };
    const other = { name: 'other', resources: { requests: { cpu: '250m' } } };
    const env = [{ name: 'V', valueFrom }];
    const data = dataOf({ containers: [{ ...container, env }, other] }, sent);
    expect(resolvePod(data).containers[0]?.environment).toEqual(value === undefined ? [] : [['V', value]]);
  });

  const failures: Record<string, { container: object; field: string; code?: string }> = {
    'a Secret that was not sent': {
      container: { env: [{ name: 'V', valueFrom: { secretKeyRef: { name: 'no', key: 'k' } } }] },
      field: 'pod.spec.containers[0].env[0].valueFrom.secretKeyRef',
      code: 'ILK_UNSUPPORTED',
    },
    'a whole ConfigMap that was not sent': {
      container: { envFrom: [{ configMapRef: { name: 'no' } }] },
      field: 'pod.spec.containers[0].envFrom[0].configMapRef',
      code: 'ILK_UNSUPPORTED',
    },
    'an absent key': {
      container: { env: [{ name: 'V', valueFrom: { configMapKeyRef: { name: 'cm', key: 'bin' } } }] },
      field: 'pod.spec.containers[0].env[0].valueFrom.configMapKeyRef.key',
    },
    'an unknown field path': {
      container: { env: [{ name: 'V', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] },
      field: 'pod.spec.containers[0].env[0].valueFrom.fieldRef',
      code: 'ILK_UNSUPPORTED',
    },
    'an absent limit': {
      container: { env: [{ name: 'V', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] },
      field: 'pod.spec.containers[0].env[0].valueFrom.resourceFieldRef',
      code: 'ILK_UNSUPPORTED',
    },
    'a source from the future': {
      container: { env: [{ name: 'V', valueFrom: { fileKeyRef: { key: 'x' } } }] },
      field: 'pod.spec.containers[0].env[0].valueFrom',
      code: 'ILK_UNSUPPORTED',
    },
    'a name with =': {
      container: { env: [{ name: 'A=B', value: '' }] },
      field: 'pod.spec.containers[0].env[0].name',
    },
    'an empty name': { container: { env: [{ name: '', value: 'x' }] }, field: 'pod.spec.containers[0].env[0].name' },
    'a NUL in a value': {
      container: { env: [{ name: 'A', value: '\0' }] },
      field: 'pod.spec.containers[0].env[0].value',
    },
  };
  it.each(Object.entries(failures))('refuses %s', (_, { container, field, code }) => {
    expect(() => main(container, sent)).toThrow(failing(field, code));
  });
});

describe('mounts', () => {
  const volumes = [{ name: 'v' }, { name: 'w' }];
  const mount = (volumeMounts: object[], env: { name: string; value: string }[] = []) =>
    main({ volumeMounts: volumeMounts as never, env }, {}, { volumes }).mounts;

  it('of what comes from the API server are read-only', () => {
    const kinds = [
      { configMap: {} },
      { secret: {} },
      { projected: {} },
      { downwardAPI: {} },
      { emptyDir: {} },
      { hostPath: { path: '/' } },
    ];
    const many = kinds.map((source, index) => ({ name: `v${index}`, ...source }));
    const volumeMounts = many.map(({ name }) => ({ name, mountPath: `/${name}` }));
    const { mounts } = main({ volumeMounts }, {}, { volumes: many });
    expect(mounts.map(({ readOnly }) => readOnly)).toEqual([true, true, true, true, false, false]);
  });

  it('give the path in the container and in the volume', () => {
    const mounts = mount(
      [
        { name: 'v', mountPath: '/a/', readOnly: true },
        { name: 'w', mountPath: '/b/./c//d', subPath: 'x//./y/' },
        { name: 'v', mountPath: '/e', subPathExpr: '$(P)/$$(P)' },
        { name: 'v', mountPath: '/f', subPath: '.' },
      ],
      [{ name: 'P', value: 'run 1' }],
    );
    expect(mounts).toEqual([
      { volume: 'v', mountPath: '/a', readOnly: true },
      { volume: 'w', mountPath: '/b/c/d', subPath: 'x/y', readOnly: false },
      { volume: 'v', mountPath: '/e', subPath: 'run 1/$(P)', readOnly: false },
      { volume: 'v', mountPath: '/f', readOnly: false },
    ]);
  });

  it.each(['-', 'data', '../x', '$HOME'])(
    'refuses the working directory %j, as a container runtime does',
    (workingDir) => {
      const pod = { metadata: { uid: 'u' }, spec: { containers: [{ name: 'main', workingDir }] } } as unknown as Pod;
      expect(() => resolvePod({ pod, container: [] })).toThrow('pod.spec.containers[0].workingDir');
    },
  );

  const at = 'pod.spec.containers[0].volumeMounts';
  const refusals: Record<string, { mounts: object[]; field: string }> = {
    'an absent volume': {
      mounts: [
        { name: 'v', mountPath: '/a' },
        { name: 'none', mountPath: '/b' },
      ],
      field: `${at}[1].name`,
    },
    'a relative path': { mounts: [{ name: 'v', mountPath: 'a' }], field: `${at}[0].mountPath` },
    'a colon': { mounts: [{ name: 'v', mountPath: '/a:ro' }], field: `${at}[0].mountPath` },
    'one path twice': {
      mounts: [
        { name: 'v', mountPath: '/a' },
        { name: 'w', mountPath: '/x/../a/' },
      ],
      field: `${at}[1].mountPath`,
    },
    'a subPath that climbs': {
      mounts: [{ name: 'v', mountPath: '/a', subPath: 'x/../../y' }],
      field: `${at}[0].subPath`,
    },
    'an absolute subPath': { mounts: [{ name: 'v', mountPath: '/a', subPath: '/etc' }], field: `${at}[0].subPath` },
    'a subPath with a NUL': { mounts: [{ name: 'v', mountPath: '/a', subPath: 'a\0' }], field: `${at}[0].subPath` },
    'an expression that climbs by a value': {
      mounts: [{ name: 'v', mountPath: '/a', subPathExpr: 'x/$(UP)' }],
      field: `${at}[0].subPathExpr`,
    },
    'an expression with an unknown variable': {
      mounts: [{ name: 'v', mountPath: '/a', subPathExpr: '$(NONE)' }],
      field: `${at}[0].subPathExpr`,
    },
  };
  it.each(Object.entries(refusals))('refuse %s', (_, { mounts, field }) => {
    expect(() => mount(mounts, [{ name: 'UP', value: '../..' }])).toThrow(failing(field));
  });
});
