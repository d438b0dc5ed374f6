import type { PodStatusV1 } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { statusPatch } from './status-patch.ts';

const ready = {
  type: 'Ready',
  status: 'False',
  reason: 'PodFailed',
  message: 'x',
  lastTransitionTime: '2026-07-20T10:00:00Z',
};

describe('statusPatch', () => {
  it('is nothing when nothing changed', () => {
    const previous = {
      phase: 'Running',
      conditions: [{ ...ready, observedGeneration: 1 }],
      containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 0 } } }],
    } as unknown as PodStatusV1;
    const next = {
      phase: 'Running',
      conditions: [ready],
      containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 0 } } }],
    } as unknown as PodStatusV1;
    expect(statusPatch(previous, next)).toBeUndefined();
  });

  it('has only what changed', () => {
    const previous = { phase: 'Pending', hostIP: '10.0.0.1', qosClass: 'BestEffort', conditions: [ready] };
    expect(statusPatch(previous, { ...previous, phase: 'Running' })).toEqual({ phase: 'Running' });
  });

  it('takes away what ended', () => {
    const previous = { phase: 'Pending', reason: 'Waiting', message: 'why', conditions: [ready] };
    const next = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 't' }] };
    expect(statusPatch(previous, next)).toEqual({
      phase: 'Running',
      reason: null,
      message: null,
      conditions: [{ type: 'Ready', status: 'True', reason: null, message: null, lastTransitionTime: 't' }],
    });
  });

  it('is nothing where only half a character differs, which the API server does not keep', () => {
    const half = '\u{1F600}'.slice(0, 1);
    const statusWith = (message: string) =>
      ({ containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 1, message } } }] }) as PodStatusV1;
    const patch = statusPatch({}, statusWith(half));
    expect(patch).toEqual(statusWith('\u{FFFD}'));
    expect(statusPatch(statusWith('\u{FFFD}'), statusWith(half))).toBeUndefined();
  });

  it('replaces addresses instead of adding them', () => {
    expect(statusPatch({ podIPs: [{ ip: '10.0.0.1' }] }, { podIPs: [{ ip: '10.0.0.2' }] })).toEqual({
      podIPs: [{ $patch: 'replace' }, { ip: '10.0.0.2' }],
    });
  });
});
