import { formatPrintf, formatValue } from './format-value.ts';

type TemplateFunction = (...values: readonly unknown[]) => unknown;

/** False, zero, the empty string, the empty list and an absent value are false, as in Go; an object is true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return Boolean(value);
}

function compare(left: unknown, right: unknown): number {
  const sameType = typeof left === typeof right && (typeof left === 'number' || typeof left === 'string');
  if (!sameType) throw new TypeError('only two numbers or two strings can be compared by order');
  if (left === right) return 0;
  return (left as number) < (right as number) ? -1 : 1;
}

/** An absent field is the zero value of its type, which the other side tells. */
function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const isAbsent = left === undefined || right === undefined;
  return isAbsent && !isTrue(left) && !isTrue(right) && !Array.isArray(left ?? right);
}

function lengthOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  throw new TypeError('len takes a string, a list or a map');
}

function index(value: unknown, ...keys: readonly unknown[]): unknown {
  return keys.reduce((current, key) => {
    if (Array.isArray(current)) {
      if (typeof key === 'number' && key >= 0 && key < current.length) return current[key] as unknown;
      throw new RangeError(`index ${formatValue(key)} is outside of a list of ${current.length}`);
    }
    if (current === undefined) return undefined;
    if (typeof current !== 'object' || current === null) throw new TypeError('index takes a list or a map');
    const map = current as Readonly<Record<string, unknown>>;
    return Object.hasOwn(map, String(key)) ? map[String(key)] : undefined;
  }, value);
}

function slice(value: unknown, from: unknown = 0, to?: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) throw new TypeError('slice takes a string or a list');
  const end = (to ?? value.length) as number;
  if (typeof from !== 'number' || from < 0 || end > value.length || from > end)
    throw new RangeError('slice is out of range');
  return value.slice(from, end) as unknown;
}

/** Go's `print` puts a space between two values when neither is a string. */
function print(...values: readonly unknown[]): string {
  return values.reduce<string>((text, value, position) => {
    const previous = values[position - 1];
    const space = position > 0 && typeof value !== 'string' && typeof previous !== 'string' ? ' ' : '';
    return text + space + formatValue(value);
  }, '');
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const functions: Readonly<Record<string, TemplateFunction>> = {
  not: (value) => !isTrue(value),
  eq: (left, ...others) => others.some((other) => equal(left, other)),
  ne: (left, right) => !equal(left, right),
  lt: (left, right) => compare(left, right) < 0,
  le: (left, right) => compare(left, right) <= 0,
  gt: (left, right) => compare(left, right) > 0,
  ge: (left, right) => compare(left, right) >= 0,
  len: lengthOf,
  index,
  slice,
  print,
  println: (...values) => `${values.map(formatValue).join(' ')}\n`,
  printf: (format, ...values) => formatPrintf(formatValue(format), values),
  html: (...values) => print(...values).replaceAll(/[&<>"']/g, (character) => htmlEscapes[character] ?? character),
  urlquery: (...values) => encodeURIComponent(print(...values)).replaceAll('%20', '+'),
  // Not in Go: what a pod author wrote must not become shell syntax in the job script.
  shellQuote: (value) => `'${formatValue(value).replaceAll("'", `'\\''`)}'`,
};

/** Functions whose later arguments are evaluated only when they are needed. */
export type ShortCircuit = 'and' | 'or';

/** True for a name that a template may call. */
export function isTemplateFunction(name: string): boolean {
  return name === 'and' || name === 'or' || Object.hasOwn(functions, name);
}

/** Calls a function other than `and` and `or`. */
export function callTemplateFunction(name: string, values: readonly unknown[]): unknown {
  const called = functions[name];
  if (called === undefined) throw new TypeError(`${name} is no function`);
  return called(...values);
}
