import fc from 'fast-check';
import {
  annotations,
  type ConfigMap,
  type EnvVar,
  type PodCreateRequests,
  type Secret,
  type Service,
  type Volume,
} from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { PodSettings } from '../pod-settings.ts';
import { buildPod, container, type PodParts } from '../../../test/pods/build-pod.ts';
import { buildCreateRequest, type BuiltRequest } from './build-create-request.ts';
import type { BoundToken, Lookup, PodInputs } from './pod-inputs.ts';

interface World {
  configMaps?: Record<string, Partial<ConfigMap> | Lookup<ConfigMap>>;
  secrets?: Record<string, Record<string, string>>;
  pullSecrets?: Record<string, Lookup<Secret>>;
  tokens?: Record<string, Lookup<BoundToken>>;
  trustBundles?: Record<string, Lookup<string>>;
  services?: Service[];
  allocatable?: Record<string, string>;
  settings?: PodSettings;
}

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

function inputs(world: World): PodInputs {
  const configMaps = Object.entries(world.configMaps ?? {}).map(([name, map]) => {
    const lookup: Lookup<ConfigMap> =
      'reason' in map || 'found' in map ? map : { found: { metadata: { name }, ...map } };
    return [name, lookup] as const;
  });
  const secrets = Object.entries(world.secrets ?? {}).map(([name, content]) => {
    const data = Object.fromEntries(Object.entries(content).map(([key, text]) => [key, base64(text)]));
    return [name, { found: { metadata: { name }, data } }] as const;
  });
  return {
    configMaps: new Map(configMaps),
    secrets: new Map(secrets),
    pullSecrets: new Map(Object.entries(world.pullSecrets ?? {})),
    tokens: new Map(Object.entries(world.tokens ?? {})),
    trustBundles: new Map(Object.entries(world.trustBundles ?? {})),
    services: world.services ?? [],
    allocatable: world.allocatable ?? {},
  };
}

function build(parts: PodParts, world: World = {}): BuiltRequest {
  const addresses = { hostIp: '10.0.0.1', podIp: '10.1.0.7' };
  return buildCreateRequest(buildPod(parts), {
    inputs: inputs(world),
    settings: world.settings ?? {},
    clusterId: 'cluster-1',
    addresses,
  });
}

function request(parts: PodParts, world: World = {}): PodCreateRequests {
  const built = build(parts, world);
  if ('problems' in built) throw new Error(JSON.stringify(built.problems));
  return built.request;
}

function problems(parts: PodParts, world: World = {}) {
  const built = build(parts, world);
  return 'problems' in built ? built.problems : [];
}

function environment(env: EnvVar[], world: World = {}, parts: Partial<Parameters<typeof container>[1]> = {}): EnvVar[] {
  const { pod } = request({ spec: { containers: [container('main', { env, ...parts })] } }, world);
  return pod.spec?.containers[0]?.env ?? [];
}

const valueFrom = (source: NonNullable<EnvVar['valueFrom']>): EnvVar => ({ name: 'X', valueFrom: source });
const variables = (list: EnvVar[]): string[] => list.map(({ name, value }) => `${name}=${value ?? ''}`);
const cfg = { cfg: { data: { a: 'alpha', b: 'beta' } } };

describe('the environment', () => {
  it.each<[string, EnvVar, string | undefined]>([
    ['a value', { name: 'X', value: '1' }, '1'],
    ['an empty value', { name: 'X' }, ''],
    ['a ConfigMap key', valueFrom({ configMapKeyRef: { name: 'cfg', key: 'a' } }), 'alpha'],
    ['an absent optional key', valueFrom({ configMapKeyRef: { name: 'cfg', key: 'z', optional: true } }), undefined],
    [
      'an absent optional ConfigMap',
      valueFrom({ configMapKeyRef: { name: 'no', key: 'z', optional: true } }),
      undefined,
    ],
    ['a Secret key', valueFrom({ secretKeyRef: { name: 'sec', key: 'pw' } }), 'tres$(A)'],
    ['the name', valueFrom({ fieldRef: { fieldPath: 'metadata.name' } }), 'demo'],
    ['the namespace', valueFrom({ fieldRef: { fieldPath: 'metadata.namespace' } }), 'default'],
    ['the uid', valueFrom({ fieldRef: { fieldPath: 'metadata.uid' } }), '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11'],
    ['a label', valueFrom({ fieldRef: { fieldPath: "metadata.labels['app']" } }), 'web'],
    ['an absent label', valueFrom({ fieldRef: { fieldPath: "metadata.labels['no']" } }), ''],
    ['an annotation', valueFrom({ fieldRef: { fieldPath: "metadata.annotations['example.com/x']" } }), 'y'],
    ['the node', valueFrom({ fieldRef: { fieldPath: 'spec.nodeName' } }), 'lab'],
    ['the account', valueFrom({ fieldRef: { fieldPath: 'spec.serviceAccountName' } }), 'robot'],
    ['the host’s address', valueFrom({ fieldRef: { fieldPath: 'status.hostIP' } }), '10.0.0.1'],
    ['the host’s addresses', valueFrom({ fieldRef: { fieldPath: 'status.hostIPs' } }), '10.0.0.1'],
    ['the pod’s address', valueFrom({ fieldRef: { fieldPath: 'status.podIP' } }), '10.1.0.7'],
    ['the pod’s addresses', valueFrom({ fieldRef: { fieldPath: 'status.podIPs' } }), '10.1.0.7'],
    ['a limit', valueFrom({ resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } }), '1500'],
    ['a limit in whole units', valueFrom({ resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } }), '2'],
    ['memory in Mi', valueFrom({ resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } }), '1024'],
    ['a device', valueFrom({ resourceFieldRef: { resource: 'limits.nvidia.com/gpu' } }), '2'],
    [
      'a limit that is the node’s',
      valueFrom({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Gi' } }),
      '64',
    ],
    ['a request that is not set', valueFrom({ resourceFieldRef: { resource: 'requests.ephemeral-storage' } }), '0'],
  ])('has %s', (_, variable, expected) => {
    const resources = { limits: { cpu: '1500m', 'nvidia.com/gpu': '2' }, requests: { memory: '1Gi' } };
    const parts = {
      labels: { app: 'web' },
      annotations: { 'example.com/x': 'y' },
      spec: { containers: [container('main', { env: [{ name: 'A', value: 'a' }, variable], resources })] },
    };
    const world = { configMaps: cfg, secrets: { sec: { pw: 'tres$(A)' } }, allocatable: { memory: '64Gi', cpu: '8' } };
    const found = request(parts, world).pod.spec?.containers[0]?.env?.find(({ name }) => name === 'X');
    expect(found?.value).toBe(expected);
  });

  it('expands references to earlier variables once, and keeps the order', () => {
    const env = [
      { name: 'A', value: 'a$(C)' },
      { name: 'B', value: '$(A)-$$(A)-$(none)' },
      { name: 'C', value: 'c' },
    ];
    expect(variables(environment(env))).toEqual(['A=a$(C)', 'B=a$(C)-$(A)-$(none)', 'C=c']);
  });

  it('is never changed by expansion where there is no dollar sign, and never fails', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'b', ' ') }), (plain, odd) => {
        const text = plain.replaceAll('$', '');
        const env = [
          { name: 'A', value: text },
          { name: 'B', value: `${odd}$(A)` },
        ];
        const [a, b] = environment(env);
        expect(a?.value).toBe(text);
        // "$$(A)" is the escaped form: an odd number of dollars right before leaves the reference as text.
        const dollars = /\$*$/.exec(odd)?.[0].length ?? 0;
        if (!odd.includes('(')) expect(b?.value?.endsWith(dollars % 2 === 0 ? text : '$(A)')).toBe(true);
      }),
    );
  });

  it('takes all keys of a source under a prefix, and lets explicit variables win', () => {
    const parts = { envFrom: [{ prefix: 'P_', configMapRef: { name: 'cfg' } }, { secretRef: { name: 'sec' } }] };
    const world = { configMaps: cfg, secrets: { sec: { PW: 'x' } } };
    const env = environment(
      [
        { name: 'P_a', value: 'mine' },
        { name: 'Y', value: '$(P_b)' },
      ],
      world,
      parts,
    );
    expect(variables(env)).toEqual(['P_a=mine', 'P_b=beta', 'PW=x', 'Y=beta']);
  });

  it('skips an optional source that is not there', () => {
    const parts = { envFrom: [{ secretRef: { name: 'no', optional: true } }] };
    expect(environment([], {}, parts)).toEqual([]);
  });

  it('has the address of the API server once, where the operator gives it', () => {
    const settings = { kubernetesApiAddress: 'api.example.com', kubernetesApiPort: '6443' };
    const services = [service('kubernetes', '10.96.0.1', [{ name: 'https', port: 443 }])];
    const env = environment([{ name: 'KUBERNETES_PORT', value: 'own' }], { settings, services });
    const byName = new Map(env.map(({ name, value }) => [name, value]));
    expect(byName.size).toBe(env.length);
    expect(byName.get('KUBERNETES_PORT')).toBe('own');
    expect(byName.get('KUBERNETES_SERVICE_HOST')).toBe('api.example.com');
    expect(byName.get('KUBERNETES_PORT_443_TCP_PORT')).toBe('6443');
    expect(byName.get('KUBERNETES_SERVICE_PORT_HTTPS')).toBe('6443');
  });

  it('has the variables of Services as a kubelet writes them', () => {
    const services = [
      service('my-db', '10.96.0.9', [
        { name: 'sql', port: 5432 },
        { name: 'stats', port: 9187, protocol: 'UDP' },
      ]),
      service('headless', 'None', [{ port: 80 }]),
    ];
    expect(variables(environment([{ name: 'URL', value: '$(MY_DB_PORT)' }], { services }))).toEqual([
      'URL=tcp://10.96.0.9:5432',
      'MY_DB_SERVICE_HOST=10.96.0.9',
      'MY_DB_SERVICE_PORT=5432',
      'MY_DB_SERVICE_PORT_SQL=5432',
      'MY_DB_SERVICE_PORT_STATS=9187',
      'MY_DB_PORT=tcp://10.96.0.9:5432',
      'MY_DB_PORT_5432_TCP=tcp://10.96.0.9:5432',
      'MY_DB_PORT_5432_TCP_PROTO=tcp',
      'MY_DB_PORT_5432_TCP_PORT=5432',
      'MY_DB_PORT_5432_TCP_ADDR=10.96.0.9',
      'MY_DB_PORT_9187_UDP=udp://10.96.0.9:9187',
      'MY_DB_PORT_9187_UDP_PROTO=udp',
      'MY_DB_PORT_9187_UDP_PORT=9187',
      'MY_DB_PORT_9187_UDP_ADDR=10.96.0.9',
    ]);
  });

  it('refuses a field that nobody can read, by name, and leaves it to the plugin in the lenient mode', () => {
    const variable = valueFrom({ fieldRef: { fieldPath: 'status.phase' } });
    expect(() => environment([variable])).toThrow(/spec.containers\[0\].env\[0\].valueFrom.fieldRef.*status.phase/);
    expect(environment([variable], { settings: { skipDownwardApiResolution: true } })).toEqual([variable]);
  });

  it.each<[string, EnvVar, string]>([
    ['ConfigMap', valueFrom({ configMapKeyRef: { name: 'no', key: 'a' } }), 'configmap "no" not found'],
    ['Secret', valueFrom({ secretKeyRef: { name: 'no', key: 'a' } }), 'secret "no" not found'],
    ['key', valueFrom({ configMapKeyRef: { name: 'cfg', key: 'z' } }), "couldn't find key z in ConfigMap default/cfg"],
  ])('waits for a missing %s as a kubelet does', (_, variable, reason) => {
    const parts = { spec: { containers: [container('main', { env: [variable] })] } };
    expect(problems(parts, { configMaps: cfg })).toEqual([{ kind: 'environment', container: 'main', reason }]);
  });

  it('waits for what may be optional but could not be read', () => {
    const variable = valueFrom({ configMapKeyRef: { name: 'cfg', key: 'a', optional: true } });
    const parts = { spec: { containers: [container('main', { env: [variable] })] } };
    const configMaps = { cfg: { absent: false, reason: 'configmaps "cfg" is forbidden' } };
    expect(problems(parts, { configMaps })).toHaveLength(1);
  });
});

function service(name: string, clusterIP: string, ports: NonNullable<NonNullable<Service['spec']>['ports']>): Service {
  return { metadata: { name }, spec: { clusterIP, ports } };
}

function withVolume(volume: Volume, parts: PodParts = {}): PodParts {
  return { ...parts, spec: { volumes: [volume], ...parts.spec } };
}

describe('volumes', () => {
  it('send their ConfigMaps and Secrets once, without what kubectl keeps in annotations', () => {
    const metadata = {
      name: 'cfg',
      namespace: 'default',
      uid: 'u',
      annotations: { secret: 'content' },
      managedFields: [],
    };
    const parts = {
      spec: {
        volumes: [
          { name: 'one', configMap: { name: 'cfg' } },
          { name: 'two', configMap: { name: 'cfg', items: [{ key: 'a', path: 'x' }] } },
          { name: 'three', secret: { secretName: 'sec' } },
        ],
      },
    };
    const sent = request(parts, { configMaps: { cfg: { metadata, data: { a: '1' } } }, secrets: { sec: { k: 'v' } } });
    expect(sent.configmaps).toEqual([{ metadata: { name: 'cfg', namespace: 'default', uid: 'u' }, data: { a: '1' } }]);
    expect(sent.secrets).toEqual([{ metadata: { name: 'sec' }, data: { k: base64('v') } }]);
  });

  it.each<[string, Volume, string | undefined]>([
    ['a missing ConfigMap', { name: 'v', configMap: { name: 'no' } }, 'configmap "no" not found'],
    ['a missing Secret', { name: 'v', secret: { secretName: 'no' } }, 'secret "no" not found'],
    ['an optional one', { name: 'v', configMap: { name: 'no', optional: true } }, undefined],
    [
      'a missing key',
      { name: 'v', configMap: { name: 'cfg', items: [{ key: 'z', path: 'z' }] } },
      'references non-existent config key: z',
    ],
    [
      'a projected ConfigMap',
      { name: 'v', projected: { sources: [{ configMap: { name: 'no' } }] } },
      'configmap "no" not found',
    ],
    [
      'a projected Secret',
      { name: 'v', projected: { sources: [{ secret: { name: 'no' } }] } },
      'secret "no" not found',
    ],
    [
      'an optional projection',
      { name: 'v', projected: { sources: [{ secret: { name: 'no', optional: true } }] } },
      undefined,
    ],
  ])('wait for %s', (_, volume, reason) => {
    const expected = reason === undefined ? [] : [{ kind: 'volume', volume: 'v', reason }];
    expect(problems(withVolume(volume), { configMaps: cfg })).toEqual(expected);
  });

  it('gather the sources of a projected volume by path, binary content apart', () => {
    const volume: Volume = {
      name: 'all',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token', audience: 'vault' } },
          { configMap: { name: 'cfg', items: [{ key: 'a', path: 'dir/a' }] } },
          { configMap: { name: 'bin' } },
          { secret: { name: 'sec' } },
          { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
    };
    const sent = request(withVolume(volume, { labels: { b: '2', a: '1"' } }), {
      configMaps: { ...cfg, bin: { binaryData: { blob: base64(new Uint8Array([255, 0])) } } },
      secrets: { sec: { text: 'hello' } },
      tokens: { 'all/0': { found: { token: 'jwt', lifetimeSeconds: 3607 } } },
    });
    const [map] = sent.projectedvolumesmaps ?? [];
    expect(map?.metadata).toEqual({ name: 'all' });
    expect(map?.data).toMatchObject({ token: 'jwt', 'dir/a': 'alpha', text: 'hello' });
    expect(map?.data?.['labels']?.trimEnd()).toBe('a="1\\""\nb="2"');
    expect(map?.binaryData).toEqual({ blob: base64(new Uint8Array([255, 0])) });
  });

  it('have the certificates of trust bundles; an optional one that is not there is an empty file', () => {
    const sources = ['here', 'absent'].map((name) => {
      return { clusterTrustBundle: { name, path: `${name}.pem`, optional: name === 'absent' } };
    });
    const volume = { name: 'v', projected: { sources } };
    const absent = { absent: true, reason: 'clustertrustbundle "absent" not found' };
    const sent = request(withVolume(volume), { trustBundles: { 'v/0': { found: 'PEM' }, 'v/1': absent } });
    expect(sent.projectedvolumesmaps?.[0]?.data).toEqual({ 'here.pem': 'PEM', 'absent.pem': '' });
    const waiting = build(withVolume(volume), { trustBundles: { 'v/0': absent, 'v/1': absent } });
    expect(waiting).toEqual({ problems: [{ kind: 'volume', volume: 'v', reason: absent.reason }] });
  });

  it('take the certificate that the operator gives in place of the cluster’s', () => {
    const source = { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
    const settings = { kubernetesApiCaCertificate: 'PEM' };
    const sent = request(withVolume({ name: 'v', projected: { sources: [source] } }), { settings });
    expect(sent.projectedvolumesmaps?.[0]?.data).toEqual({ 'ca.crt': 'PEM' });
  });

  it('refuse a source that is not supported, by name', () => {
    const source: object = { podCertificate: { signerName: 'example.com/x', keyType: 'ED25519' } };
    expect(() => build(withVolume({ name: 'v', projected: { sources: [source] } }))).toThrow(
      'spec.volumes[0].projected.sources[0].podCertificate is not supported',
    );
  });

  it('go as projected volumes where they are of the downward API', () => {
    const items = [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }];
    const sent = request(withVolume({ name: 'v', downwardAPI: { defaultMode: 420, items } }));
    expect(sent.pod.spec?.volumes).toEqual([
      { name: 'v', projected: { defaultMode: 420, sources: [{ downwardAPI: { items } }] } },
    ]);
    expect(sent.projectedvolumesmaps).toEqual([{ metadata: { name: 'v' }, data: { name: 'demo' } }]);
  });

  it('stay as written where projected volumes are switched off', () => {
    const volume = { name: 'v', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } };
    const sent = request(withVolume(volume), { settings: { disableProjectedVolumes: true } });
    expect(sent.pod.spec?.volumes).toEqual([volume]);
    expect(sent.projectedvolumesmaps).toEqual([]);
  });
});

describe('image pull secrets', () => {
  const found = { found: { metadata: { name: 'a' }, data: { '.dockerconfigjson': 'e30=' } } };

  it('are sent apart from the secrets of volumes', () => {
    const sent = request({}, { pullSecrets: { a: found } });
    expect(sent.interlink).toEqual({ imagePullSecrets: [found.found] });
    expect(sent.secrets).toEqual([]);
  });

  it('that are not there are named, and no reason to wait', () => {
    const built = build({}, { pullSecrets: { a: { absent: true, reason: 'secret "a" not found' }, b: found } });
    expect(built).toMatchObject({
      absentPullSecrets: ['a'],
      request: { interlink: { imagePullSecrets: [found.found] } },
    });
  });

  it('leave the key away where there are none', () => {
    expect(request({})).not.toHaveProperty('interlink');
  });
});

describe('the pod on the wire', () => {
  it('names its cluster, has its addresses and no field owners', () => {
    const sent = request(
      { annotations: { own: 'x' } },
      { settings: { jobScriptBuilderUrl: 'https://builder.example' } },
    );
    expect(sent.pod.metadata?.annotations).toEqual({ own: 'x', [annotations.clusterId]: 'cluster-1' });
    expect(sent.pod.status).toMatchObject({ podIP: '10.1.0.7', hostIP: '10.0.0.1' });
    expect(sent.jobscriptURL).toBe('https://builder.example');
  });

  it('lacks the containers that are not offloaded', () => {
    const parts = {
      annotations: {
        [annotations.disableOffloadContainers]: ' b , c',
        [annotations.disableOffloadInitContainers]: 'p',
      },
      spec: { initContainers: [container('p')], containers: [container('a'), container('b')] },
    };
    const { spec } = request(parts).pod;
    expect(spec?.containers.map(({ name }) => name)).toEqual(['a']);
    expect(spec?.initContainers).toEqual([]);
  });

  it('is refused when no container is left', () => {
    expect(() => build({ annotations: { [annotations.disableOffloadContainers]: 'main' } })).toThrow(
      /leaves no container/,
    );
  });
});
