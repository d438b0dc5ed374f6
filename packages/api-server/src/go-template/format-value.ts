/** A value as Go's `print` writes it: lists as `[a b]`, maps as `map[k:v]` by key; nothing for an absent value. */
export function formatValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${formatValue(item)}`).join(' ')}]`;
  }
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- objects were handled above
  return String(value);
}

const verb = /%(?<flags>[-+ 0]*)(?<width>\d*)(?:\.(?<precision>\d+))?(?<letter>[a-zA-Z%])/g;

/** Go's `Sprintf` for the verbs that job scripts use: `%s %v %d %q %f %t %x %%`, with width, precision and the flags `-`, `0` and `+`. */
export function formatPrintf(format: string, values: readonly unknown[]): string {
  const left = [...values];
  let text = '';
  let position = 0;
  for (const match of format.matchAll(verb)) {
    const { flags = '', width = '', precision, letter = '' } = match.groups ?? {};
    text += format.slice(position, match.index);
    position = match.index + match[0].length;
    if (letter === '%') text += '%';
    else if (left.length === 0) text += `${match[0]}!(MISSING)`;
    else text += pad(formatVerb(letter, left.shift(), flags, precision), flags, Number(width));
  }
  return text + format.slice(position);
}

function formatVerb(letter: string, value: unknown, flags: string, precision: string | undefined): string {
  switch (letter) {
    case 'd':
      return signed(Math.trunc(Number(value)).toString(), flags);
    case 'f':
      return signed(Number(value).toFixed(Number(precision ?? '6')), flags);
    case 'x':
      return typeof value === 'number' ? value.toString(16) : Buffer.from(formatValue(value)).toString('hex');
    case 'q':
      return JSON.stringify(formatValue(value));
    default:
      return precision === undefined ? formatValue(value) : formatValue(value).slice(0, Number(precision));
  }
}

function signed(digits: string, flags: string): string {
  return flags.includes('+') && !digits.startsWith('-') ? `+${digits}` : digits;
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (flags.includes('0') && /^[-+]?\d/.test(text)) {
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  }
  return text.padStart(width);
}
