import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, nanosToNumber, parseQuantity, parseQuantityNanos } from './quantity.ts';

describe('parseQuantity', () => {
  const outcomes: Record<string, number> = {
    '0': 0,
    '2': 2,
    '+2': 2,
    '-1.5': -1.5,
    '500m': 0.5,
    '100n': 1e-7,
    '3u': 3e-6,
    '.5': 0.5,
    '5.': 5,
    '1k': 1000,
    '1M': 1e6,
    '2G': 2e9,
    '1T': 1e12,
    '1P': 1e15,
    '1E': 1e18,
    '1Ki': 1024,
    '1.5Gi': 1.5 * 2 ** 30,
    '1Mi': 2 ** 20,
    '1Ti': 2 ** 40,
    '1Pi': 2 ** 50,
    '1Ei': 2 ** 60,
    '1e3': 1000,
    '12E2': 1200,
    '1e-3': 0.001,
    '1E+2': 100,
    '0.1': 0.1,
    '3.3': 3.3,
    '0e999999999999': 0,
  };
  it.each(Object.entries(outcomes))('reads %s as %d', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', ' 1', '1 ', '1K', '1ki', '1e', '1.2.3', '0x10', 'Gi', '.', '-', '1mi', 'NaN', '1Gi\n', '9'.repeat(300)])(
    'refuses %j and names the field',
    (text) => {
      expect(() => parseQuantity(text, 'pod.spec.x')).toThrow(
        expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: 'pod.spec.x' }),
      );
    },
  );

  it('rounds what is finer than nano away from zero and stops at 2^63-1, as Kubernetes does', () => {
    expect(parseQuantityNanos('0.1n')).toBe(1n);
    expect(parseQuantityNanos('-0.1n')).toBe(-1n);
    expect(parseQuantityNanos('1e-999999999')).toBe(1n);
    expect(parseQuantityNanos('1e999999999')).toBe((2n ** 63n - 1n) * 1_000_000_000n);
    expect(parseQuantityNanos('16Ei')).toBe((2n ** 63n - 1n) * 1_000_000_000n);
  });

  it('takes a number for its text', () => {
    expect(parseQuantity(2)).toBe(2);
    expect(parseQuantity(0.25)).toBe(0.25);
  });
});

describe('formatQuantity', () => {
  it.each([
    [0, 'decimal', '0'],
    [0.5, 'decimal', '500m'],
    [1500, 'decimal', '1500'],
    [2000, 'decimal', '2k'],
    [1e-9, 'decimal', '1n'],
    [-2, 'decimal', '-2'],
    [1610612736, 'decimal', '1610612736'],
    [1610612736, 'binary', '1536Mi'],
    [2 ** 30, 'binary', '1Gi'],
    [1000, 'binary', '1k'],
    [1.5, 'binary', '1500m'],
  ] as const)('writes %d (%s) as %s', (value, format, text) => {
    expect(formatQuantity(value, format)).toBe(text);
  });

  it('writes what parses to the same value', () => {
    const nanos = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    fc.assert(
      fc.property(nanos, fc.constantFrom('decimal' as const, 'binary' as const), (amount, format) => {
        const value = nanosToNumber(amount);
        expect(parseQuantity(formatQuantity(value, format))).toBe(value);
      }),
    );
  });
});
