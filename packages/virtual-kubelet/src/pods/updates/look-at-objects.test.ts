import type { KubeClient, KubeRequest } from '@interlink/kube';
import { createManualClock, silentLogger } from '@interlink/runtime';
import { NotFoundError, UnavailableError } from '@interlink/spec';
import { expect, it } from 'vitest';
import { lookAtObjects } from './look-at-objects.ts';

const { signal } = new AbortController();

/** An API server as far as single reads go. */
function apiServer(answer: (path: string) => string | Error) {
  const requests: KubeRequest[] = [];
  const client: KubeClient = {
    server: 'https://api.example',
    request: <T>(request: KubeRequest) => {
      requests.push(request);
      const version = answer(request.path);
      if (version instanceof Error) return Promise.reject(version);
      return Promise.resolve({ metadata: { resourceVersion: version } } as T);
    },
    stream: () => Promise.reject(new Error('no streams here')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const objects = { trustBundle: () => Promise.reject(new Error('no bundles here')) };
  return { client, objects, requests };
}

it('asks once for each object, without its contents, and spreads many over the time', async () => {
  const { client, objects, requests } = apiServer(() => '1');
  const clock = createManualClock();
  const paths = new Set(Array.from({ length: 900 }, (_, index) => `/object/${index}`));
  const versions = new Map<string, string>();
  const look = lookAtObjects(paths, versions, { client, objects, clock, logger: silentLogger, seconds: 30, signal });
  await clock.advance(0);
  expect(requests).toHaveLength(30);
  await clock.advance(30_000);
  await look;
  expect(requests).toHaveLength(900);
  expect(versions.size).toBe(900);
  expect(requests.every(({ accept }) => accept?.includes('PartialObjectMetadata'))).toBe(true);
});

it('knows what is not there, keeps what cannot be read now, and drops what nobody needs', async () => {
  const answers = new Map<string, string | Error>([
    ['/changed', '2'],
    ['/gone', new NotFoundError('not found')],
    ['/unreadable', new UnavailableError('the API server is away')],
  ]);
  const { client, objects } = apiServer((path) => answers.get(path) ?? new Error('nobody asks for that'));
  const versions = new Map(['/changed', '/gone', '/unreadable', '/unneeded'].map((path) => [path, '1']));
  const options = { client, objects, clock: createManualClock(), logger: silentLogger, seconds: 30, signal };
  await lookAtObjects(new Set(answers.keys()), versions, options);
  expect([...versions]).toEqual([
    ['/changed', '2'],
    ['/gone', ''],
    ['/unreadable', '1'],
  ]);
});
