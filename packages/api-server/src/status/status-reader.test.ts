import { describe, expect, it } from 'vitest';
import { UnavailableError, type Pod, type PodStatus } from '@interlink/spec';
import { silentLogger } from '@interlink/runtime';
import { deferred, ended, fakePlugin, gone, pod, running } from '../testing/fake-plugin.ts';
import { createStatusCache } from './status-cache.ts';
import { createStatusReader, type StatusReader } from './status-reader.ts';

/** A reader on a plugin that answers from a table, and the UIDs of each question that reached it. */
function readerOn(table: Map<string, PodStatus>): { reader: StatusReader; asked: string[][] } {
  const asked: string[][] = [];
  const status = (pods: readonly Pod[]): Promise<PodStatus[]> => {
    const uids = pods.map((item) => item.metadata?.uid ?? '');
    asked.push(uids);
    return Promise.resolve(uids.flatMap((uid) => table.get(uid) ?? []).reverse());
  };
  return { reader: createStatusReader(fakePlugin({ status }), createStatusCache(), silentLogger), asked };
}

describe('createStatusReader', () => {
  it('answers in the order asked, whatever order the plugin has', async () => {
    const { reader } = readerOn(new Map(['a', 'b', 'c'].map((uid) => [uid, running(uid)])));
    const statuses = await reader.read([pod('c'), pod('a'), pod('b')]);
    expect(statuses.map((status) => status.UID)).toEqual(['c', 'a', 'b']);
  });

  it.each([
    [undefined, 2],
    ['Pending', 2],
    ['Running', 2],
    ['Unknown', 2],
    ['Succeeded', 1],
    ['Failed', 1],
  ])('asks again for an ended pod in phase %s: %i questions', async (phase, questions) => {
    const { reader, asked } = readerOn(new Map([['a', ended('a')]]));
    await reader.read([pod('a', phase)]);
    expect(await reader.read([pod('a', phase)])).toEqual([ended('a')]);
    expect(asked).toHaveLength(questions);
  });

  it('asks the plugin for those pods alone that may have news', async () => {
    const { reader, asked } = readerOn(
      new Map([
        ['a', ended('a')],
        ['b', running('b')],
      ]),
    );
    await reader.read([pod('a', 'Succeeded'), pod('b', 'Running')]);
    await reader.read([pod('a', 'Succeeded'), pod('b', 'Running')]);
    expect(asked).toEqual([['a', 'b'], ['b']]);
  });

  it('asks for an ended pod that is being deleted, until it is gone', async () => {
    const table = new Map([['a', ended('a')]]);
    const { reader } = readerOn(table);
    const deleting = pod('a', 'Succeeded', { deletionTimestamp: '2026-11-23T10:00:00Z' });
    expect(await reader.read([deleting])).toEqual([ended('a')]);
    table.set('a', gone('a'));
    expect(await reader.read([deleting])).toEqual([gone('a')]);
  });

  it('asks for a deleted pod each time, also when its status is final and its phase says so', async () => {
    const { reader, asked } = readerOn(new Map([['a', ended('a')]]));
    await reader.read([pod('a', 'Succeeded')]);
    reader.markDeleted('a');
    await reader.read([pod('a', 'Succeeded')]);
    await reader.read([pod('a', 'Succeeded')]);
    expect(asked).toHaveLength(3);
  });

  it('keeps what is known of a pod that the plugin is silent on, and says nothing of one that is unknown', async () => {
    const table = new Map([['a', running('a')]]);
    const { reader } = readerOn(table);
    await reader.read([pod('a')]);
    table.delete('a');
    expect(await reader.read([pod('a'), pod('b')])).toEqual([running('a')]);
  });

  it('ignores what the plugin says of pods that nobody asked for', async () => {
    const status = (): Promise<PodStatus[]> => Promise.resolve([running('stranger'), running('a')]);
    const reader = createStatusReader(fakePlugin({ status }), createStatusCache(), silentLogger);
    expect(await reader.read([pod('a')])).toEqual([running('a')]);
    expect(await reader.read([])).toEqual([running('a')]);
  });

  it('gives all that is cached for an empty request, without asking', async () => {
    const { reader, asked } = readerOn(new Map([['a', running('a')]]));
    expect(await reader.read([])).toEqual([]);
    await reader.read([pod('a')]);
    expect(await reader.read([])).toEqual([running('a')]);
    expect(asked).toHaveLength(1);
  });

  it('does not let "could not be asked" replace the end of a pod', async () => {
    const table = new Map([['a', ended('a')]]);
    const { reader } = readerOn(table);
    await reader.read([pod('a')]);
    table.set('a', { ...running('a'), interlink: { state: 'unknown' } });
    expect(await reader.read([pod('a')])).toEqual([ended('a')]);
  });

  it('asks once for equal requests at the same time', async () => {
    const answer = deferred<PodStatus[]>();
    let calls = 0;
    const status = (): Promise<PodStatus[]> => {
      calls += 1;
      return answer.promise;
    };
    const reader = createStatusReader(fakePlugin({ status }), createStatusCache(), silentLogger);
    const both = Promise.all([reader.read([pod('a')]), reader.read([pod('a')])]);
    answer.resolve([running('a')]);
    expect(await both).toEqual([[running('a')], [running('a')]]);
    expect(calls).toBe(1);
  });

  it('does not store an answer that began before the pod was deleted, nor lets anybody join it', async () => {
    const answers = [deferred<PodStatus[]>(), deferred<PodStatus[]>()];
    let calls = 0;
    const status = (): Promise<PodStatus[]> => answers[calls++]!.promise;
    const cache = createStatusCache();
    const reader = createStatusReader(fakePlugin({ status }), cache, silentLogger);
    const before = reader.read([pod('a')]);
    reader.forget('a');
    const after = reader.read([pod('a')]);
    answers[1]!.resolve([gone('a')]);
    expect(await after).toEqual([gone('a')]);
    answers[0]!.resolve([running('a')]);
    expect(await before).toEqual([running('a')]);
    expect(cache.all()).toEqual([]);
  });

  it('prefers an event that arrives while the plugin is being asked', async () => {
    const answer = deferred<PodStatus[]>();
    const reader = createStatusReader(fakePlugin({ status: () => answer.promise }), createStatusCache(), silentLogger);
    const read = reader.read([pod('a')]);
    reader.accept(ended('a'));
    answer.resolve([running('a')]);
    expect(await read).toEqual([ended('a')]);
  });

  it('passes the error of the plugin on and asks again the next time', async () => {
    let fails = true;
    const status = (): Promise<PodStatus[]> =>
      fails ? Promise.reject(new UnavailableError('scheduler down')) : Promise.resolve([running('a')]);
    const reader = createStatusReader(fakePlugin({ status }), createStatusCache(), silentLogger);
    await expect(reader.read([pod('a')])).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    fails = false;
    expect(await reader.read([pod('a')])).toEqual([running('a')]);
  });
});
