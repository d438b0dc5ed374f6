import type { LogOptions } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { normalizeLogOptions, type NormalLogOptions } from './normalize-log-options.ts';

const nothing = { timestamps: false, follow: false, previous: false };

describe('normalizeLogOptions', () => {
  const outcomes: [what: string, given: LogOptions | null | undefined, normal: NormalLogOptions][] = [
    ['nothing', undefined, nothing],
    ['null', null, nothing],
    [
      'Go zero values',
      {
        Tail: 0,
        Bytes: 0,
        Timestamps: false,
        Follow: false,
        Previous: false,
        SinceSeconds: 0,
        SinceTime: '0001-01-01T00:00:00Z',
      },
      nothing,
    ],
    ['nulls', { Tail: null, Bytes: null, Timestamps: null, SinceTime: null }, nothing],
    ['flags', { Timestamps: true, Follow: true, Previous: true }, { timestamps: true, follow: true, previous: true }],
    ['Tail', { Tail: 5 }, { ...nothing, tailLines: 5 }],
    ['TailLines 0 over Tail', { Tail: 5, TailLines: 0 }, { ...nothing, tailLines: 0 }],
    ['negative numbers', { Tail: -1, TailLines: -1, Bytes: -1, SinceSeconds: -1 }, nothing],
    ['Bytes', { Bytes: 9 }, { ...nothing, limitBytes: 9 }],
    ['LimitBytes', { Bytes: 0, LimitBytes: 9 }, { ...nothing, limitBytes: 9 }],
    ['SinceSeconds', { SinceSeconds: 60 }, { ...nothing, sinceSeconds: 60 }],
    [
      'SinceTime to the microsecond',
      { SinceTime: '2026-01-02T15:04:05.123456Z' },
      { ...nothing, sinceTimeMilliseconds: Date.UTC(2026, 0, 2, 15, 4, 5) + 123.456 },
    ],
    [
      'SinceTime with a zone',
      { SinceTime: '2026-01-02T16:04:05+01:00' },
      { ...nothing, sinceTimeMilliseconds: Date.UTC(2026, 0, 2, 15, 4, 5) },
    ],
  ];
  it.each(outcomes)('understands %s', (_, given, normal) => {
    expect(normalizeLogOptions(given)).toEqual(normal);
  });

  it.each([
    ['SinceTime', { SinceTime: 'yesterday' }],
    ['SinceTime', { SinceTime: '2026-13-40T00:00:00Z' }],
    ['Tail', { Tail: 1.5 }],
    ['Bytes', { Bytes: Number.NaN }],
  ])('refuses a bad %s', (name, given) => {
    expect(() => normalizeLogOptions(given)).toThrow(
      expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: `Opts.${name}` }),
    );
  });
});
