import type { Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { secondsToDeadline } from './enforce-deadline.ts';

const ageSeconds = (time: string): number => (Date.parse('2026-01-01T00:01:00Z') - Date.parse(time)) / 1000;
const running = (startedAt: string) => ({ name: 'main', state: { running: { startedAt } } });
const podOf = (activeDeadlineSeconds: number | undefined, status: Pod['status']): Pod => ({
  spec: { containers: [], ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }) },
  ...(status ? { status } : {}),
});
const started = { containerStatuses: [running('2026-01-01T00:00:00Z')] } as Pod['status'];

describe('the deadline of a pod', () => {
  it('counts from the start of its first container, and leaves the backend 5 s to be first', () => {
    expect(secondsToDeadline(podOf(100, started), ageSeconds)).toBe(45);
    expect(secondsToDeadline(podOf(30, started), ageSeconds)).toBe(-25);
  });

  it('is none where the pod has none, has ended, or waits for its machine', () => {
    expect(secondsToDeadline(podOf(undefined, started), ageSeconds)).toBeUndefined();
    expect(secondsToDeadline(podOf(1, { ...started, phase: 'Succeeded' }), ageSeconds)).toBeUndefined();
    expect(secondsToDeadline(podOf(1, { startTime: '2025-01-01T00:00:00Z' }), ageSeconds)).toBeUndefined();
  });
});
