import type { InterLinkApi, PodStatus } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { completePod } from './complete-pod.ts';
import { openRunLog } from './open-run-log.ts';

const pod = completePod({ spec: { containers: [{ name: 'main', image: 'x' }] } });

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(content));
}

/** A container that is restarted just before the call with the given number, counted over statuses and logs. */
function apiThatRestartsBefore(call: number): Pick<InterLinkApi, 'status' | 'logs'> {
  let calls = 0;
  const currentRun = (): number => (calls++ >= call ? 1 : 0);
  return {
    status() {
      const restartCount = currentRun();
      const container = { name: 'main', image: '', imageID: '', ready: true, state: { running: {} }, restartCount };
      const status: PodStatus = { UID: pod.metadata?.uid ?? '', containers: [container] };
      return Promise.resolve([status]);
    },
    logs({ Opts }) {
      const current = currentRun();
      return Promise.resolve(text(`run ${Opts?.Previous === true ? current - 1 : current}`));
    },
  };
}

async function read(call: number, run: number): Promise<string> {
  const api = apiThatRestartsBefore(call) as InterLinkApi;
  let content = '';
  for await (const chunk of await openRunLog(api, { pod, container: 'main', run }, {})) content += String(chunk);
  return content;
}

describe('openRunLog', () => {
  it.each([0, 1, 2, 3, 4])('gives the first run of a container that is restarted before call %i', async (call) => {
    expect(await read(call, 0)).toBe('run 0');
  });

  it('gives the run after a restart', async () => {
    expect(await read(0, 1)).toBe('run 1');
  });

  it('says that a run was followed by too many others', async () => {
    await expect(read(0, -1)).rejects.toThrow('run -1 was followed by 2 more');
  });
});
