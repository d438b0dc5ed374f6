import { NotFoundError, UnavailableError, type InterLinkApi, type PodStatus } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { completePod } from './complete-pod.ts';
import { runPod } from './run-pod.ts';

const pod = completePod({ spec: { containers: [{ name: 'main', image: 'x' }] } });
const { uid = '', name = '', namespace = '' } = pod.metadata ?? {};

function statusWith(state: object, interlink?: PodStatus['interlink']): PodStatus {
  const container = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state };
  const base = { name, namespace, UID: uid, JID: '1', containers: [container], initContainers: [] };
  return interlink === undefined ? base : { ...base, interlink };
}

const running = statusWith({ running: { startedAt: '2026-01-01T00:00:00Z' } });
const ended = statusWith({ terminated: { exitCode: 0 } });
const gone = statusWith({ waiting: {} }, { state: 'gone' });

/** Answers each status question with the next of the answers, and goes on with the last. */
function apiThatAnswers(answers: readonly (PodStatus | Error)[], logs?: InterLinkApi['logs']) {
  const deleted: string[] = [];
  let asked = 0;
  const api: InterLinkApi = {
    name: 'fake',
    ping: () => Promise.resolve({}),
    create: () => Promise.resolve({ PodUID: uid, PodJID: '1' }),
    status() {
      const answer = deleted.length > 0 ? gone : answers[Math.min(asked++, answers.length - 1)]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve([answer]);
    },
    delete: (one) => Promise.resolve(void deleted.push(one.metadata?.uid ?? '')),
    logs: logs ?? (() => Promise.resolve(noBytes())),
    updateCache: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { api, deleted };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

async function runWith(api: InterLinkApi): Promise<{ exitCode: Promise<number>; news: string[] }> {
  const news: string[] = [];
  const { signal } = new AbortController();
  const options = { api, request: { pod }, signal, onLog: () => undefined, onNews: (text: string) => news.push(text) };
  const exitCode = runPod(options);
  await exitCode.catch(() => undefined);
  return { exitCode, news };
}

describe('runPod', () => {
  it('waits while the plugin cannot be asked, and says so once', async () => {
    const away = new UnavailableError('nobody there');
    const { api, deleted } = apiThatAnswers([away, away, away, running, ended]);
    const { exitCode, news } = await runWith(api);
    expect(await exitCode).toBe(0);
    expect(news).toEqual(['nobody there']);
    expect(deleted).toEqual([uid]);
  });

  it('goes on when a log breaks off, and says so', async () => {
    const { api } = apiThatAnswers([running, running, ended], () => Promise.reject(new UnavailableError('cut')));
    const { exitCode, news } = await runWith(api);
    expect(await exitCode).toBe(0);
    expect(news).toEqual(['the log of main ends here: cut']);
  });

  it('gives up when the plugin has lost the pod', async () => {
    const { exitCode } = await runWith(apiThatAnswers([running, gone]).api);
    await expect(exitCode).rejects.toThrow(NotFoundError);
  });

  it('takes a pod away whose status cannot be read', async () => {
    const { api, deleted } = apiThatAnswers([new NotFoundError('no such pod')]);
    const { exitCode } = await runWith(api);
    await expect(exitCode).rejects.toThrow('no such pod');
    expect(deleted).toEqual([uid]);
  });
});
