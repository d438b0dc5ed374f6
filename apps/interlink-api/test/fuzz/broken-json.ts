import type { Random } from './random.ts';

/** What a value is replaced with. Nothing here does harm when a shell or a program takes it for its own. */
const hostile: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, 1e308, '', ' ', '0', '-1', 'null', [], {}, [[]], [null], [{}]],
  ...[
    '\u0000',
    '\n',
    '\u2028',
    '\ud800',
    '😀',
    'é',
    '../../etc',
    '/',
    '..',
    '.',
    '%2e%2e',
    'a/b',
    '*',
    '-rf',
    '--help',
  ],
  ...['$(exit 1)', '`exit 1`', '; exit 1;', '${HOME}', '$(A)', '$$(A)', "'", '"', '\\', '<b>', '&amp;', '{{ .Pod }}'],
  ...[
    'x'.repeat(300),
    'y'.repeat(70_000),
    '9'.repeat(400),
    '1Ei',
    '-1Gi',
    '1e999',
    'NaN',
    '0b7c1c2e',
    '__proto__',
    'constructor',
  ],
  ...[{ __proto__: null, constructor: { prototype: 1 } }, Array(200).fill(0), Array(50).fill({ name: 'x' })],
];

const strangeKeys = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'x'.repeat(1000),
  'metadata',
  'spec',
  'name',
  'interlink',
  'UID',
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function at(value: unknown, path: Path): Record<string, unknown> {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value) as Record<string, unknown>;
}

/** The value with one to three places of it replaced, removed, doubled or added to. */
export function breakValue(valid: unknown, random: Random): unknown {
  let value = structuredClone(valid);
  for (let count = random.below(3); count >= 0; count -= 1) {
    const path = random.pick(pathsOf(value));
    const key = path.at(-1);
    if (key === undefined) {
      if (random.oneIn(4)) value = random.pick(hostile);
      continue;
    }
    const parent = at(value, path.slice(0, -1));
    const way = random.below(4);
    if (way === 0) Reflect.deleteProperty(parent, key);
    else if (way === 1)
      Object.defineProperty(parent, random.pick(strangeKeys), {
        value: parent[key],
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else parent[key] = structuredClone(random.pick(hostile));
  }
  return value;
}

/** Bytes that are hardly JSON: cut, with a wrong byte, deep, or nothing of the kind. */
export function breakText(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  switch (random.below(7)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 1:
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    case 2:
      return Buffer.from('['.repeat(1 + random.below(100_000)));
    case 3:
      return Buffer.from(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`);
    case 4:
      return Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256)));
    case 5:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    default:
      return Buffer.from(`${text}${text}`);
  }
}
