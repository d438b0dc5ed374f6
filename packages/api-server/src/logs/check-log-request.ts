import { InvalidInputError, parseWire, type LogStruct } from '@interlink/spec';

/** What Go sends for "no time". */
const zeroTime = '0001-01-01T00:00:00Z';

/**
 * A log request, checked. Tail and a byte limit may come together, as kubectl allows.
 *
 * @throws InvalidInputError naming the field.
 */
export function checkLogRequest(value: unknown): LogStruct {
  const request = parseWire('LogStruct', value);
  const since = request.Opts?.SinceTime;
  const hasTime = since !== undefined && since !== null && since !== '' && since !== zeroTime;
  if (hasTime && Number.isNaN(Date.parse(since))) {
    throw new InvalidInputError('Opts.SinceTime must be a time in RFC 3339 format', { field: 'Opts.SinceTime' });
  }
  if (hasTime && (request.Opts?.SinceSeconds ?? 0) !== 0) {
    throw new InvalidInputError('Opts.SinceSeconds and Opts.SinceTime are both set: give one of them', {
      field: 'Opts.SinceSeconds',
    });
  }
  return request;
}
