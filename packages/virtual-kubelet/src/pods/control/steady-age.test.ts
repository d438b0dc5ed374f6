import { createManualClock, type ManualClock } from '@interlink/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPodMemory, type PodMemory } from './pod-memory.ts';
import { noteDeletion, noteHandover, steadyAgeSeconds } from './steady-age.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const twoDays = 2 * 86_400_000;
const pod = { metadata: { uid: 'u' } };

let clock: ManualClock;
let memory: PodMemory;
beforeEach(() => {
  clock = createManualClock(start);
  memory = createPodMemory();
});

const age = (time: string): number => steadyAgeSeconds({ memory, clock }, pod, { kind: 'doubt', time });

describe('the age of a time in a pod', () => {
  it('is by the clock when it is seen first, so that a restart forgets nothing', async () => {
    expect(age('2025-12-31T23:59:00Z')).toBe(60);
    await clock.advance(5000);
    expect(age('2025-12-31T23:59:00Z')).toBe(65);
  });

  it.each([twoDays, -twoDays])('does not change when the clock is set by %d ms', async (jump) => {
    expect(age('2025-12-31T23:59:00Z')).toBe(60);
    clock.jump(jump);
    await clock.advance(5000);
    expect(age('2025-12-31T23:59:00Z')).toBe(65);
  });

  it('begins anew with another time, and is not below 0 for one that is to come', () => {
    expect(age('2025-12-31T23:59:00Z')).toBe(60);
    expect(age('2025-12-31T23:59:50Z')).toBe(10);
    expect(age('2026-01-02T00:00:00Z')).toBe(0);
  });

  it('is 0 for a time that is none', () => {
    expect(age('')).toBe(0);
  });

  it('of a start is not above the time since the backend got the pod, whose machine may have another clock', async () => {
    const limited = { ...pod, spec: { containers: [], activeDeadlineSeconds: 60 } };
    const started = { kind: 'start', time: '2025-12-30T00:00:00Z' } as const;
    noteHandover({ memory, clock }, limited);
    await clock.advance(3000);
    expect(steadyAgeSeconds({ memory, clock }, limited, started)).toBe(3);
    await clock.advance(3000);
    expect(steadyAgeSeconds({ memory, clock }, limited, started)).toBe(6);
  });

  it('of a deletion that was seen to begin is counted from there', async () => {
    const deleted = { metadata: { uid: 'u', deletionTimestamp: '2025-12-01T00:00:00Z' } };
    noteDeletion({ memory, clock }, deleted);
    await clock.advance(3000);
    const deletion = { kind: 'deletion', time: '2025-12-01T00:00:00Z' } as const;
    expect(steadyAgeSeconds({ memory, clock }, deleted, deletion)).toBe(3);
  });

  it('is forgotten with the pod', () => {
    age('2025-12-31T23:59:00Z');
    memory.forget('u');
    expect(memory.sightings.size).toBe(0);
  });
});
