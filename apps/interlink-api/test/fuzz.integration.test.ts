import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interLinkApiDocument, pluginApiDocument, type PodStatus } from '@interlink/spec';
import { sendAsGo, startApp, type AppProcess } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barePodCreateRequests, logStruct, podCreateRequests } from './__fixtures__/go-virtual-kubelet.ts';
import { generateRequest, type FuzzedRequest, type FuzzedRoute } from './fuzz/generate-request.ts';
import { createRandom } from './fuzz/random.ts';
import { sendRequest, type FuzzedAnswer } from './fuzz/send-request.ts';

const minutes = 60_000;
/** FUZZ_SEED=… tries other requests, FUZZ_REQUESTS=… more of them. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20261126);
const requestCount = Number(process.env['FUZZ_REQUESTS'] ?? 10_000);
const atOnce = 48;
const longestAnswerMilliseconds = 20_000;
const unsupported = 501;

type CreateBody = typeof podCreateRequests | typeof barePodCreateRequests;

/** The recorded creates, of a few pods that only run `true`: a create is idempotent, so that few processes start. */
function creates(): CreateBody[] {
  const uids = Array.from({ length: 4 }, (_, index) => `0b7c1c2e-7a0b-4c58-9d0b-00000000000${index}`);
  return uids.flatMap(
    (uid) =>
      [podCreateRequests, barePodCreateRequests].map((body) => ({
        ...body,
        pod: {
          ...body.pod,
          metadata: { ...body.pod.metadata, uid },
          spec: { ...body.pod.spec, containers: [{ ...body.pod.spec.containers[0]!, command: ['true'], args: ['1'] }] },
        },
      })) as CreateBody[],
  );
}

const pods = creates().map(({ pod }) => pod);
const logs = pods.map(({ metadata }) => ({ ...logStruct, PodUID: metadata.uid }));
const query = 'namespace=default&podUid=0b7c1c2e-7a0b-4c58-9d0b-000000000000&podName=demo';
const sessions: FuzzedRoute[] = [
  { path: '/exec', queries: [`${query}&containerName=main&command=true&command=1&tty=true&stdin=true`] },
  { path: '/attach', queries: [`${query}&containerName=main&stdin=true`] },
  { path: '/portForward', queries: [`${query}&port=8080`] },
];
const shared: FuzzedRoute[] = [
  { path: '/status', bodies: [...pods.map((pod) => [pod]), pods, []] },
  { path: '/delete', bodies: pods },
  { path: '/getLogs', bodies: logs },
  ...['/pods', '/events', '/stats', '/healthz', '/readyz', '/metrics', '/openapi.json'].map((path) => ({ path })),
  ...sessions,
];
const routesOfApi: FuzzedRoute[] = [
  ...['/create', '/update'].map((path) => ({ path, bodies: creates() })),
  { path: '/updateCache', bodies: [...pods, pods[0]?.metadata.uid] },
  { path: '/pinglink' },
  ...shared,
];
const retrieved = creates().map(({ pod, configmaps, secrets }) => ({
  pod,
  container: [{ name: 'main', configMaps: configmaps, secrets, projectedvolumemaps: null, emptyDirs: null }],
}));
const routesOfPlugin: FuzzedRoute[] = [
  ...['/create', '/update'].map((path) => ({ path, bodies: retrieved })),
  ...shared,
];

let directory = '';
let plugin: AppProcess;
let api: AppProcess;

async function start(app: string, config: object): Promise<AppProcess> {
  const file = join(directory, `${app}.yaml`);
  await writeFile(file, JSON.stringify(config));
  const started = await startApp(app, ['--config', file], { environment: { XDG_STATE_HOME: directory } });
  await started.said('"listening"');
  return started;
}

function portOf(app: AppProcess): number {
  return Number(/"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(app.output())?.[1]);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-fuzz-'));
  plugin = await start('interlink-process', {
    address: 'http://127.0.0.1:0',
    workDirectory: join(directory, 'jobs'),
    runtime: 'none',
    capacity: { pods: 20_000 },
  });
  api = await start('interlink-api', {
    InterlinkAddress: 'http://127.0.0.1',
    InterlinkPort: '0',
    SidecarURL: 'http://127.0.0.1',
    SidecarPort: String(portOf(plugin)),
  });
}, 2 * minutes);
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await plugin[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

/** What is wrong with an answer; undefined when a server may answer so. */
function problemOf(answer: FuzzedAnswer): string | undefined {
  if (answer.silent && answer.status === 0) return 'no answer';
  if (answer.status >= 500 && answer.status !== unsupported) return answer.text.slice(0, 600);
  return undefined;
}

/** Sends so many requests, some at the same time, and says which ones went wrong. */
async function fuzz(
  port: number,
  routes: readonly FuzzedRoute[],
  own: { seed: number; count: number },
): Promise<string[]> {
  const random = createRandom(own.seed);
  const requests = Array.from({ length: own.count }, (_, number) => ({
    number,
    request: generateRequest(routes, random),
  }));
  const problems: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = requests.shift(); next !== undefined; next = requests.shift()) {
      const problem = problemOf(await sendRequest(port, next.request, longestAnswerMilliseconds));
      if (problem !== undefined) problems.push(describeRequest(next.number, next.request, problem));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return problems;
}

function describeRequest(number: number, { title, pieces }: FuzzedRequest, problem: string): string {
  const bytes = Buffer.concat([...pieces])
    .toString('latin1')
    .slice(0, 3000);
  return `request ${number} of seed ${seed}: ${title}: ${problem}\n${bytes}`;
}

/** Lines that a server writes about a bug of its own. */
function bugs(app: AppProcess): string[] {
  return app
    .output()
    .split('\n')
    .filter((line) => /"level":(50|60)|Unhandled|\bat .*:\d+:\d+\)/.test(line));
}

async function passes(): Promise<void> {
  const uid = randomUUID();
  const [body] = creates();
  const pod = { ...body!.pod, metadata: { ...body!.pod.metadata, uid } };
  const url = `http://127.0.0.1:${portOf(api)}`;
  const created = await sendAsGo({ method: 'POST', url: `${url}/create`, body: JSON.stringify({ ...body, pod }) });
  expect(created.status, created.body.toString()).toBe(200);
  await expect
    .poll(
      async () => {
        const answer = await sendAsGo({ method: 'GET', url: `${url}/status`, body: JSON.stringify([pod]) });
        const [status] = JSON.parse(answer.body.toString()) as PodStatus[];
        return status?.containers?.[0]?.state;
      },
      { timeout: minutes, interval: 200 },
    )
    .toMatchObject({ terminated: { exitCode: 0 } });
}

describe(`${requestCount} broken requests of seed ${seed}`, () => {
  it('leave no route of a server untried', () => {
    const tried = (routes: readonly FuzzedRoute[]) => routes.map(({ path }) => path).toSorted();
    expect(tried(routesOfApi)).toEqual(expect.arrayContaining(Object.keys(interLinkApiDocument['paths'] as object)));
    expect(tried(routesOfPlugin)).toEqual(expect.arrayContaining(Object.keys(pluginApiDocument['paths'] as object)));
  });

  it.each([
    ['API server', () => api, routesOfApi, seed],
    ['plugin', () => plugin, routesOfPlugin, seed + 1],
  ] as const)(
    'are answered by the %s without a bug, an exit or a hang',
    async (_, app, routes, own) => {
      const problems = await fuzz(portOf(app()), routes, { seed: own, count: Math.ceil(requestCount / 2) });
      expect(problems.slice(0, 5).join('\n\n'), `${problems.length} problems`).toBe('');
      expect(bugs(api)).toEqual([]);
      expect(bugs(plugin)).toEqual([]);
    },
    5 * minutes,
  );

  it('are forgotten: an ordinary pod passes', passes, 2 * minutes);
});
