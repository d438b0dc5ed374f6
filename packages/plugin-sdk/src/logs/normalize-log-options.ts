import { InvalidInputError, type LogOptions } from '@interlink/spec';

/** A log request without the wire's zero values and aliases. What is absent was not asked for. */
export interface NormalLogOptions {
  /** Only the last so many lines; 0 is none. */
  readonly tailLines?: number;
  /** Only the first so many bytes of what is selected, timestamps included. At least 1. */
  readonly limitBytes?: number;
  /** Only lines written in the last so many seconds. At least 1. */
  readonly sinceSeconds?: number;
  /** Only lines written at or after this time, in milliseconds since 1970. With `sinceSeconds`, the later of the two counts. */
  readonly sinceTimeMilliseconds?: number;
  /** Puts the time of each line before it. */
  readonly timestamps: boolean;
  /** Goes on with what is written later, until the log ends. */
  readonly follow: boolean;
  /** The log of the run before the last restart; the caller chooses the source by it. */
  readonly previous: boolean;
}

/**
 * The options as they are meant: `Tail` 0 is "all" (Go cannot say more), `TailLines` 0 is "none", `LimitBytes` is `Bytes`,
 * year 1 is no time. Negative numbers mean unset.
 *
 * @throws InvalidInputError for a time or a number that is none.
 */
export function normalizeLogOptions(options: LogOptions | null | undefined = {}): NormalLogOptions {
  const given = options ?? {};
  const tailLines = atLeast(0, given.TailLines, 'TailLines') ?? atLeast(1, given.Tail, 'Tail');
  const limitBytes = atLeast(1, given.Bytes, 'Bytes') ?? atLeast(1, given.LimitBytes, 'LimitBytes');
  const sinceSeconds = atLeast(1, given.SinceSeconds, 'SinceSeconds');
  const sinceTimeMilliseconds = parseTime(given.SinceTime);
  return {
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTimeMilliseconds === undefined ? {} : { sinceTimeMilliseconds }),
    timestamps: given.Timestamps ?? false,
    follow: given.Follow ?? false,
    previous: given.Previous ?? false,
  };
}

function atLeast(least: number, value: number | null | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value))
    throw new InvalidInputError(`Opts.${name} must be a whole number`, { field: `Opts.${name}` });
  return value >= least ? value : undefined;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with up to nine fractional digits; `Date` reads only three of them. */
function parseTime(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null || text === '') return undefined;
  const [, day, time, fraction = '', zone] = rfc3339.exec(text) ?? [];
  const seconds = Date.parse(`${day ?? ''}T${time ?? ''}${zone ?? ''}`);
  if (Number.isNaN(seconds)) {
    throw new InvalidInputError('Opts.SinceTime must be an RFC 3339 time', { field: 'Opts.SinceTime' });
  }
  // Go's zero time.
  if (day === '0001-01-01') return undefined;
  return seconds + Number(`0${fraction}`) * 1000;
}
