import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import type { InterLinkApi, PodCreateRequests } from '@interlink/spec';
import { silentLogger } from '@interlink/runtime';
import { podCreateRequest, retrievedPodData } from '../__fixtures__/create-request.ts';
import { createInterLinkApi } from '../create-interlink-api.ts';
import { ended, pod, running } from '../testing/fake-plugin.ts';
import { readRequest, startRawHttpServer } from '../testing/raw-http-server.ts';

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: string;
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An API on a plugin that answers as told, and the requests that reached it. */
async function apiOn(
  answer: (seen: Seen, response: ServerResponse) => void,
): Promise<{ api: InterLinkApi; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await startRawHttpServer((request, response) => {
    void readRequest(request).then((body) => {
      const entry = { method: request.method, path: request.url, body };
      seen.push(entry);
      answer(entry, response);
    });
  });
  const plugin = createRemotePlugin({ url: server.url, logger: silentLogger });
  cleanups.push(
    () => server[Symbol.asyncDispose]() as Promise<void>,
    () => plugin[Symbol.asyncDispose]() as Promise<void>,
  );
  return { api: createInterLinkApi(plugin), seen };
}

describe('hop B, towards a plugin in Go or Python', () => {
  it.each(['OK', '[]', '', 'null', '{"status":"ok","resources":{"cpu":"10"}}'])('takes %j for alive', async (text) => {
    const { api, seen } = await apiOn((_, response) => response.end(text));
    expect((await api.ping()).interlink).toBeUndefined();
    expect(seen).toEqual([{ method: 'GET', path: '/status', body: '[]' }]);
  });

  it('sends what the Go API server sends, nulls and zero values included', async () => {
    const { api, seen } = await apiOn((_, response) =>
      response.end('{"PodUID":"0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11","PodJID":"7"}'),
    );
    const created = await api.create(podCreateRequest as unknown as PodCreateRequests);
    expect(created.PodJID).toBe('7');
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/create' });
    const body = JSON.parse(seen[0]?.body ?? '') as typeof retrievedPodData;
    expect(body.jobConfig).toEqual(retrievedPodData.jobConfig);
    expect(body.container[0]).toEqual({
      name: 'prep',
      configMaps: null,
      projectedvolumemaps: null,
      secrets: null,
      emptyDirs: null,
    });
    expect(body).not.toHaveProperty('jobScript');
  });

  it('keeps the status of a pod that a forgetful plugin stops reporting, and reads null lists', async () => {
    let list: unknown = [{ ...ended('a'), initContainers: null }];
    const { api } = await apiOn((_, response) => response.end(JSON.stringify(list)));
    expect(await api.status([pod('a', 'Running')])).toEqual([ended('a')]);
    list = null;
    expect(await api.status([pod('a', 'Running'), pod('b', 'Running')])).toEqual([ended('a')]);
  });

  it('asks for the pods with possible news only', async () => {
    const { api, seen } = await apiOn((_, response) => response.end(JSON.stringify([ended('a'), running('b')])));
    await api.status([pod('a'), pod('b')]);
    await api.status([pod('a', 'Succeeded'), pod('b', 'Running')]);
    expect(seen[1]?.method).toBe('GET');
    expect(
      (JSON.parse(seen[1]?.body ?? '') as { metadata: { uid: string } }[]).map((item) => item.metadata.uid),
    ).toEqual(['b']);
  });

  it('deletes with POST and takes any text for accepted', async () => {
    const { api, seen } = await apiOn((_, response) => response.end('Pod deleted'));
    await api.delete(pod('a'));
    expect(seen).toMatchObject([{ method: 'POST', path: '/delete' }]);
  });

  it('gives the plugin’s own words when it refuses', async () => {
    const { api } = await apiOn((_, response) => response.writeHead(500).end('slurm: invalid account'));
    const error: unknown = await api.create({ pod: pod('a') }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ILK_BACKEND',
      message: expect.stringContaining('slurm: invalid account') as string,
    });
  });

  it('streams logs and ends the plugin’s request when the reader stops', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const { api, seen } = await apiOn((_, response) => {
      response.on('close', () => closed());
      response.write('first\n');
    });
    const chunks = await api.logs({
      Namespace: 'default',
      PodUID: 'a',
      PodName: 'pod-a',
      ContainerName: 'main',
      Opts: { Follow: true },
    });
    for await (const chunk of chunks) {
      expect(Buffer.from(chunk).toString()).toBe('first\n');
      break;
    }
    await gone;
    expect(seen[0]).toMatchObject({ method: 'GET', path: '/getLogs' });
  });
});
