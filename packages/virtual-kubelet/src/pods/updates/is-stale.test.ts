import { describe, expect, it } from 'vitest';
import type { ChangeableParts } from './changeable-parts.ts';
import { isStale, type PresentState } from './is-stale.ts';
import type { SentState } from './sent-state.ts';

const parts: ChangeableParts = {
  paths: ['/a'],
  optional: new Set(),
  trustBundles: [],
  tokens: [],
  downward: 'labels',
  ephemeral: ['debugger'],
};
const sent: SentState = {
  versions: new Map([['/a', '1']]),
  downward: 'labels',
  ephemeral: new Set(['debugger']),
  renewTokensAt: 1000,
};
const present: PresentState = { now: 0, versions: new Map(), refused: new Set() };

interface Case {
  readonly parts?: Partial<ChangeableParts>;
  readonly sent?: Partial<SentState>;
  readonly present?: Partial<PresentState>;
}

const versions = (version: string) => new Map([['/a', version]]);

describe('a pod', () => {
  it.each<[string, Case, boolean]>([
    ['that has everything', {}, false],
    ['whose object was not looked at yet', { present: { versions: new Map() } }, false],
    ['whose object is as it was', { present: { versions: versions('1') } }, false],
    ['whose object changed', { present: { versions: versions('2') } }, true],
    ['whose object was deleted', { present: { versions: versions('') } }, false],
    [
      'whose optional object was deleted',
      { parts: { optional: new Set(['/a']) }, present: { versions: versions('') } },
      true,
    ],
    ['whose optional object was not looked at yet', { parts: { optional: new Set(['/a']) } }, false],
    ['whose optional object came', { sent: { versions: versions('') }, present: { versions: versions('1') } }, true],
    [
      'whose object is immutable',
      { sent: { versions: versions('immutable') }, present: { versions: versions('2') } },
      false,
    ],
    ['whose tokens are due', { present: { now: 1000 } }, true],
    ['whose labels changed', { parts: { downward: 'others' } }, true],
    ['with a new ephemeral container', { sent: { ephemeral: new Set() } }, true],
    [
      'with one that is refused',
      { sent: { ephemeral: new Set() }, present: { refused: new Set(['debugger']) } },
      false,
    ],
  ])('%s', (_, given, expected) => {
    const stale = isStale({ ...parts, ...given.parts }, { ...sent, ...given.sent }, { ...present, ...given.present });
    expect(stale).toBe(expected);
  });
});
