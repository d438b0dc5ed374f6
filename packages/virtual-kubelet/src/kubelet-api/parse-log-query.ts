import { InvalidInputError, UnsupportedError, type LogOptions } from '@interlink/spec';

const booleans: Readonly<Record<string, boolean>> = {
  '': true,
  true: true,
  '1': true,
  t: true,
  false: false,
  '0': false,
  f: false,
};
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The options of a log request, as a kubelet checks them; what is absent was not asked for.
 *
 * @throws InvalidInputError that names the parameter.
 */
export function parseLogQuery(query: URLSearchParams): LogOptions {
  const tailLines = readInteger(query, 'tailLines', 0);
  const limitBytes = readInteger(query, 'limitBytes', 1);
  const sinceSeconds = readInteger(query, 'sinceSeconds', 1);
  const sinceTime = readTime(query, 'sinceTime');
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    throw new InvalidInputError('at most one of sinceTime and sinceSeconds may be given', { field: 'sinceSeconds' });
  }
  checkStream(query);
  return {
    ...(tailLines === undefined ? {} : { Tail: tailLines, TailLines: tailLines }),
    ...(limitBytes === undefined ? {} : { Bytes: limitBytes }),
    ...(sinceSeconds === undefined ? {} : { SinceSeconds: sinceSeconds }),
    ...(sinceTime === undefined ? {} : { SinceTime: sinceTime }),
    Timestamps: readBoolean(query, 'timestamps'),
    Follow: readBoolean(query, 'follow'),
    Previous: readBoolean(query, 'previous'),
  };
}

function readInteger(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = /^[+-]?\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidInputError(`${name} must be a whole number of at least ${least}`, { field: name });
  }
  return value;
}

function readBoolean(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text === null) return false;
  const key = text.toLowerCase();
  const value = Object.hasOwn(booleans, key) ? booleans[key] : undefined;
  if (value === undefined) throw new InvalidInputError(`${name} must be true or false`, { field: name });
  return value;
}

function readTime(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!rfc3339.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidInputError(`${name} must be an RFC 3339 time`, { field: name });
  return text;
}

function checkStream(query: URLSearchParams): void {
  const stream = query.get('stream');
  if (stream === null || stream === '' || stream === 'All') return;
  if (stream !== 'Stdout' && stream !== 'Stderr')
    throw new InvalidInputError('stream must be All, Stdout or Stderr', { field: 'stream' });
  throw new UnsupportedError('the logs of this node hold standard output and standard error together', {
    field: 'stream',
  });
}
