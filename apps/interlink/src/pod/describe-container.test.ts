import type { ContainerState } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { describeContainer } from './describe-container.ts';

describe('describeContainer', () => {
  it.each<[ContainerState | undefined, string]>([
    [undefined, 'waiting'],
    [{}, 'waiting'],
    [{ waiting: {} }, 'waiting'],
    [{ waiting: { reason: 'PodInitializing' } }, 'waiting (PodInitializing)'],
    [{ waiting: { reason: 'Queued', message: 'behind 3 jobs' } }, 'waiting (Queued: behind 3 jobs)'],
    [{ running: { startedAt: '2026-01-01T00:00:00Z' } }, 'running'],
    [{ terminated: { exitCode: 0 } }, 'ended with 0'],
    [{ terminated: { exitCode: 0, reason: 'Completed' } }, 'ended with 0'],
    [{ terminated: { exitCode: 137, reason: 'OOMKilled' } }, 'ended with 137 (OOMKilled)'],
  ])('says %j as %s', (state, words) => {
    const status = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0 };
    expect(describeContainer(state === undefined ? status : { ...status, state })).toBe(words);
  });
});
