import { InvalidInputError } from '@interlink/spec';

const nanosPerUnit = 1_000_000_000n;
/** Kubernetes holds quantities up to 2^63-1 and no more; a larger one becomes this. */
const largestNanos = (2n ** 63n - 1n) * nanosPerUnit;
const longestQuantity = 256;
const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const decimalExponents = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const;
const binaryExponents = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 } as const;

/** How a quantity is written: powers of 1000 (`k`, `M`), or powers of 1024 (`Ki`, `Mi`). */
export type QuantityFormat = 'decimal' | 'binary';

/**
 * A Kubernetes quantity as an exact number of nano-units; what is finer is rounded away from zero, as Kubernetes does.
 * `field` is named in the error.
 *
 * @throws InvalidInputError when the text is no quantity.
 */
export function parseQuantityNanos(text: string | number, field = 'quantity'): bigint {
  const written = String(text);
  const match = written.length <= longestQuantity ? pattern.exec(written) : undefined;
  if (!match) throw new InvalidInputError(`${field} is not a Kubernetes quantity such as 500m, 2 or 1.5Gi`, { field });
  const [, sign, digits = '', suffix = ''] = match;
  const magnitude = magnitudeNanos(digits, suffix);
  const bounded = magnitude > largestNanos ? largestNanos : magnitude;
  return sign === '-' ? -bounded : bounded;
}

/** A Kubernetes quantity as a number of units: `500m` is 0.5, `1Ki` is 1024. Nearest number to the exact value. */
export function parseQuantity(text: string | number, field?: string): number {
  return nanosToNumber(parseQuantityNanos(text, field));
}

/** Nano-units as the nearest number of units. */
export function nanosToNumber(nanos: bigint): number {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = String(magnitude % nanosPerUnit).padStart(9, '0');
  const units = Number(`${magnitude / nanosPerUnit}.${fraction}`);
  return nanos < 0n ? -units : units;
}

/** Whole units, rounded up, as a memory size or a device count needs it. */
export function nanosToWholeUnits(nanos: bigint): number {
  return Number(divideRoundingUp(nanos, nanosPerUnit));
}

/** `a / b` rounded towards positive infinity; `b` must be positive. */
export function divideRoundingUp(a: bigint, b: bigint): bigint {
  return a / b + (a > 0n && a % b !== 0n ? 1n : 0n);
}

/**
 * The canonical text of a quantity: the largest suffix that needs no fraction. `formatQuantity(0.5)` is `500m`,
 * `formatQuantity(1610612736, 'binary')` is `1536Mi`. Finer than nano-units is rounded up.
 */
export function formatQuantity(value: number, format: QuantityFormat = 'decimal'): string {
  const nanos = parseQuantityNanos(String(value));
  if (nanos === 0n) return '0';
  if (format === 'binary' && nanos % (1024n * nanosPerUnit) === 0n) return formatBinary(nanos / nanosPerUnit);
  return formatDecimal(nanos);
}

function formatBinary(units: bigint): string {
  const suffixes = Object.entries(binaryExponents).reverse();
  const [suffix, exponent] = suffixes.find(([, bits]) => units % (1n << BigInt(bits)) === 0n) ?? ['', 0];
  return `${units / (1n << BigInt(exponent))}${suffix}`;
}

function formatDecimal(nanos: bigint): string {
  const suffixes = Object.entries(decimalExponents).reverse();
  const [suffix, exponent] = suffixes.find(([, power]) => nanos % 10n ** BigInt(power + 9) === 0n) ?? ['n', -9];
  return `${nanos / 10n ** BigInt(exponent + 9)}${suffix}`;
}

function magnitudeNanos(digits: string, suffix: string): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(whole + fraction);
  if (mantissa === 0n) return 0n;
  const bits = binaryExponents[suffix as keyof typeof binaryExponents] as number | undefined;
  if (bits !== undefined) return scale(mantissa * (1n << BigInt(bits)), 9 - fraction.length);
  return scale(mantissa, decimalExponent(suffix) + 9 - fraction.length);
}

function decimalExponent(suffix: string): number {
  const known = decimalExponents[suffix as keyof typeof decimalExponents] as number | undefined;
  return known ?? Number(suffix.slice(1));
}

/** `mantissa * 10^exponent`, rounded up. The exponent is bounded first: `1e999999999` must not cost a huge number. */
function scale(mantissa: bigint, exponent: number): bigint {
  const bounded = Math.max(-2 * longestQuantity, Math.min(2 * longestQuantity, exponent));
  const power = 10n ** BigInt(Math.abs(bounded));
  return bounded >= 0 ? mantissa * power : divideRoundingUp(mantissa, power);
}
