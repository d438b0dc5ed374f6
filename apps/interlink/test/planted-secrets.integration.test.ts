import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Container, Pod, Volume } from '@interlink/spec';
import { ensureControlPlaneBinaries, sendAsGo } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlantedWorld, type PlantedWorld } from './planted/planted-world.ts';
import { watchArguments, type ArgumentWatch } from './planted/watch-arguments.ts';

const minutes = 60_000;
const planted: Record<string, string> = {};

/** A text that is nowhere else, and is remembered as one that nobody may see. */
function plant(place: string): string {
  const text = `planted-${place}-${randomBytes(9).toString('hex')}`;
  planted[place] = text;
  return text;
}

let world: PlantedWorld;
let watch: ArgumentWatch;
const answers: string[] = [];

const core = '/api/v1/namespaces/default';
const encode = (text: string): string => Buffer.from(text).toString('base64');

async function make(kind: string, object: object): Promise<void> {
  await world.client.request({ method: 'POST', path: `${core}/${kind}`, body: { apiVersion: 'v1', ...object } });
}

const volumes: readonly Volume[] = [
  { name: 'secret', secret: { secretName: 'planted' } },
  {
    name: 'projected',
    projected: {
      sources: [
        { secret: { name: 'planted', items: [{ key: 'projected', path: 'projected' }] } },
        { serviceAccountToken: { path: 'token', audience: 'planted' } },
      ],
    },
  },
] as readonly Volume[];

const mounts = [
  { name: 'secret', mountPath: '/planted/secret' },
  { name: 'projected', mountPath: '/planted/projected' },
];

function container(script: string, more: Partial<Container> = {}): Container {
  return {
    name: 'main',
    image: 'busybox',
    command: ['sh', '-c', script],
    env: [
      { name: 'FROM_KEY', valueFrom: { secretKeyRef: { name: 'planted', key: 'key' } } },
      { name: 'IN_SPEC', value: planted['spec'] ?? '' },
    ],
    envFrom: [{ secretRef: { name: 'planted-all' } }],
    volumeMounts: mounts,
    ...more,
  };
}

/** Every way for a pod to end that a process backend has, by the pod's name. */
function pods(): Record<string, { spec?: object; container: Container }> {
  const failing = { exec: { command: ['sh', '-c', 'exit 9'] } };
  return {
    succeeds: { container: container('sleep 1; test -n "$FROM_KEY" && test -n "$ALL"') },
    fails: { container: container('exit 3') },
    'is-killed': { container: container('kill -9 $$') },
    'has-no-program': { container: container('', { command: ['/no/such/program'] }) },
    'has-no-key': {
      container: container('true', {
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'planted', key: 'not-there' } } }],
      }),
    },
    'has-a-bad-volume': {
      container: container('true'),
      spec: { volumes: [...volumes, { name: 'nfs', nfs: { server: 'x', path: '/' } }] },
    },
    'fails-after-start': { container: container('sleep 30', { lifecycle: { postStart: failing } }) },
    'fails-its-probe': {
      container: container('sleep 30', { livenessProbe: { ...failing, periodSeconds: 1, failureThreshold: 1 } }),
    },
    'fails-at-first': {
      container: container('true'),
      spec: { initContainers: [{ ...container('exit 4'), name: 'first' }] },
    },
    'is-too-slow': { container: container('sleep 60'), spec: { activeDeadlineSeconds: 2 } },
  };
}

async function run(name: string): Promise<void> {
  const { spec, container: main } = pods()[name] ?? { container: container('true') };
  await make('pods', {
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName: 'hpc',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      tolerations: [{ operator: 'Exists' }],
      imagePullSecrets: [{ name: 'planted-registry' }],
      containers: [main],
      volumes,
      ...spec,
    },
  });
}

async function read(name: string): Promise<Pod> {
  return world.client.request<Pod>({ method: 'GET', path: `${core}/pods/${name}` });
}

/** The status, and what is told of the pod beside its spec. */
async function told(): Promise<string> {
  const { items } = await world.client.request<{ items: Pod[] }>({ method: 'GET', path: `${core}/pods` });
  const events = await world.client.request<unknown>({ method: 'GET', path: '/api/v1/events' });
  const nodes = await world.client.request<unknown>({ method: 'GET', path: '/api/v1/nodes' });
  const visible = items.map(({ metadata, status }) => [metadata?.annotations, metadata?.labels, status]);
  return JSON.stringify([visible, events, nodes]);
}

beforeAll(async () => {
  await ensureControlPlaneBinaries();
  watch = watchArguments();
  world = await startPlantedWorld({ clientSecret: plant('client-secret'), pluginToken: plant('plugin-token') });
  plant('spec');
  const data = { key: plant('key'), projected: plant('projected'), quoted: `"${plant('quoted')}"\n$(A) '` };
  await make('secrets', { kind: 'Secret', metadata: { name: 'planted' }, stringData: data });
  await make('secrets', { kind: 'Secret', metadata: { name: 'planted-all' }, stringData: { ALL: plant('all') } });
  const auth = { auths: { 'registry.example': { username: 'u', password: plant('registry') } } };
  await make('secrets', {
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name: 'planted-registry' },
    stringData: { '.dockerconfigjson': JSON.stringify(auth) },
  });
}, 12 * minutes);
afterAll(async () => {
  await watch[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
}, 2 * minutes);

const phase = async (name: string): Promise<string | undefined> => (await read(name)).status?.phase;
const has = (text: string) => async (): Promise<boolean> => (await world.said()).includes(text);
const patient = { timeout: 90_000, interval: 300 };

describe('secrets that were planted everywhere', () => {
  it(
    'cross the system with pods that end in every way',
    async () => {
      await Promise.all(Object.keys(pods()).map(run));
      await expect.poll(() => phase('succeeds'), patient).toBe('Succeeded');
      const failing = Object.keys(pods()).filter((name) => name !== 'succeeds' && name !== 'has-no-key');
      for (const name of failing) await expect.poll(() => phase(name), { ...patient, message: name }).toBe('Failed');
      expect(await phase('has-no-key')).toBe('Pending');
    },
    4 * minutes,
  );

  it(
    'and with hops that fail: no plugin, a wrong token, no issuer, a create that is refused',
    async () => {
      await world.stopPlugin();
      await run('meets-no-plugin');
      await expect.poll(has('ILK_UNAVAILABLE'), patient).toBe(true);
      await world.startPlugin();
      await expect.poll(() => phase('meets-no-plugin'), patient).toBe('Succeeded');
      await writeFile(world.tokenFile, `${plant('wrong-token')}\n`);
      await run('meets-a-closed-door');
      await expect.poll(has('the bearer token is not known here'), patient).toBe(true);
      await writeFile(world.tokenFile, `${planted['plugin-token']}\n`);
      world.issuer.policy.clientSecret = 'another';
      await expect.poll(has('invalid_client'), patient).toBe(true);
      world.issuer.policy.clientSecret = planted['client-secret'] ?? '';
      const token = await world.issuer.sign({ aud: 'interlink' });
      const secrets = [{ metadata: { name: 'other' }, data: { a: encode(plant('refused')) } }];
      const pod = {
        metadata: { name: 'x', namespace: 'default', uid: '1' },
        spec: { nodeName: 'hpc', containers: [container('true')], volumes },
      };
      for (const body of [
        { pod, secrets },
        { pod: { ...pod, spec: { ...pod.spec, nodeName: 'other' } }, secrets },
        { pod: 1, secrets },
      ]) {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await sendAsGo({
          method: 'POST',
          url: `${world.apiUrl}/create`,
          headers,
          body: JSON.stringify(body),
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        answers.push(answer.body.toString());
      }
    },
    6 * minutes,
  );

  it('are in no log, event, status, metric, span, process argument or answer', async () => {
    const places: Record<string, string> = {
      'logs, metrics, spans': await world.said(),
      'the API server': await told(),
      arguments: [...watch.seen].join('\n'),
      answers: answers.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      for (const [name, secret] of Object.entries(planted)) {
        expect.soft(text.includes(secret), `${name} in ${place}`).toBe(false);
        expect.soft(text.includes(encode(secret).slice(0, 40)), `${name} in base64 in ${place}`).toBe(false);
      }
      // Tokens of service accounts and of the issuer are signed JSON.
      expect.soft(/eyJ[\w-]{8,}\.eyJ/.exec(text)?.[0], `a token in ${place}`).toBeUndefined();
    }
    expect(places['logs, metrics, spans']).toContain('interlink_http_requests_total');
    expect(world.spans()).toContain('interlink-virtual-kubelet');
  });
});
