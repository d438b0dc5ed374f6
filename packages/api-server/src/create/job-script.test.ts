import { afterEach, describe, expect, it } from 'vitest';
import type { RetrievedPodData } from '@interlink/spec';
import { compileTemplate } from '../go-template/index.ts';
import { readRequest, startRawHttpServer, type RawHttpServer } from '../testing/raw-http-server.ts';
import { addJobScript } from './job-script.ts';

const data: RetrievedPodData = {
  pod: { metadata: { name: 'demo', namespace: 'default', uid: 'u-1' } },
  container: null,
};

const servers: RawHttpServer[] = [];
async function builder(...args: Parameters<typeof startRawHttpServer>): Promise<string> {
  const server = await startRawHttpServer(...args);
  servers.push(server);
  return `${server.url}/build`;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

describe('addJobScript', () => {
  it('posts the data with the filled job configuration and the session to the builder', async () => {
    let seen: { method?: string; session?: unknown; body?: RetrievedPodData } = {};
    const builderUrl = await builder((request, response) => {
      void readRequest(request).then((text) => {
        seen = { session: request.headers['interlink-http-session'], body: JSON.parse(text) as RetrievedPodData };
        if (request.method !== undefined) seen.method = request.method;
        response.writeHead(201).end('#!/bin/sh\n');
      });
    });
    const buildConfig = { SingularityHubProxy: { server: 'https://hub' } };
    const result = await addJobScript(data, '', { builderUrl, buildConfig }, { sessionId: 'CreatePod#7' });
    expect(result.jobScript).toBe('#!/bin/sh\n');
    expect(seen).toMatchObject({ method: 'POST', session: 'CreatePod#7' });
    expect(seen.body?.pod.metadata?.uid).toBe('u-1');
    expect(seen.body?.jobConfig?.SingularityHubProxy).toEqual({
      server: 'https://hub',
      master_token: '',
      cache_validity_seconds: 0,
    });
  });

  it('keeps image pull secrets from the builder', async () => {
    let seen = '';
    const builderUrl = await builder((request, response) => {
      void readRequest(request).then((text) => {
        seen = text;
        response.end('#!/bin/sh\n');
      });
    });
    const interlink = { imagePullSecrets: [{ data: { '.dockerconfigjson': 'c2VjcmV0' } }] };
    const result = await addJobScript({ ...data, interlink }, '', { builderUrl });
    expect(result.interlink).toEqual(interlink);
    expect(seen).toContain('u-1');
    expect(seen).not.toContain('c2VjcmV0');
  });

  it('gives a refusal of the builder as a backend error, without retrying', async () => {
    let calls = 0;
    const builderUrl = await builder((_, response) => {
      calls += 1;
      response.writeHead(500).end('no such image');
    });
    await expect(addJobScript(data, '', { builderUrl })).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      message: expect.stringContaining('answered 500: no such image') as string,
    });
    expect(calls).toBe(1);
  });

  it('repeats no secret that the builder repeats', async () => {
    const builderUrl = await builder((request, response) => {
      void readRequest(request).then((text) => response.writeHead(422).end(`cannot use ${text}`));
    });
    const secrets = [{ metadata: { name: 's' }, data: { password: btoa('planted-secret') } }];
    const container = [{ name: 'main', configMaps: null, projectedvolumemaps: null, secrets, emptyDirs: null }];
    const buildConfig = { SingularityHubProxy: { master_token: 'planted-token' } };
    const refusal = addJobScript({ ...data, container }, '', { builderUrl, buildConfig });
    const message = await refusal.catch((error: unknown) => (error as Error).message);
    expect(message).toContain('cannot use');
    expect(message).not.toMatch(new RegExp(`planted|${btoa('planted-secret')}`));
  });

  it('does not follow a redirect of the builder', async () => {
    const builderUrl = await builder((_, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await expect(addJobScript(data, '', { builderUrl })).rejects.toMatchObject({ code: 'ILK_BACKEND' });
  });

  it('says that a builder is too slow', async () => {
    const builderUrl = await builder(() => undefined);
    await expect(addJobScript(data, '', { builderUrl, timeoutSeconds: 0.05 })).rejects.toMatchObject({
      code: 'ILK_TIMEOUT',
    });
  });

  it('says that a builder cannot be reached, which may be tried again', async () => {
    const builderUrl = await builder(() => undefined);
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
    await expect(addJobScript(data, '', { builderUrl })).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      retryable: true,
    });
  });

  it('ends with the reason of the caller', async () => {
    const builderUrl = await builder(() => undefined);
    const reason = new Error('enough');
    await expect(addJobScript(data, '', { builderUrl }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('uses the template where no builder is named, and the builder where both are', async () => {
    const template = compileTemplate('job.sh', 'echo {{ .Pod.Name }}');
    expect((await addJobScript(data, null, { template })).jobScript).toBe('echo demo');
    const builderUrl = await builder((_, response) => response.end('built'));
    expect((await addJobScript(data, null, { template, builderUrl })).jobScript).toBe('built');
  });

  it('changes nothing where there is neither', async () => {
    expect(await addJobScript(data, undefined, {})).toBe(data);
  });
});
