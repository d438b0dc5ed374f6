import {
  BackendError,
  ConflictError,
  ForbiddenError,
  InternalError,
  InvalidInputError,
  NotFoundError,
  TimeoutError,
  UnauthenticatedError,
  UnavailableError,
  UnsupportedError,
} from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { judgeCreateError, type CreateVerdict } from './judge-create-error.ts';

const outcomes: [string, unknown, CreateVerdict][] = [
  ['wrong input', new InvalidInputError('x'), 'refused'],
  ['a field that is not supported', new UnsupportedError('x'), 'refused'],
  ['another pod of that UID', new ConflictError('x'), 'refused'],
  ['a scheduler that said no', new BackendError('x'), 'refused'],
  ['the same over HTTP', new BackendError('x', { details: { status: 502 } }), 'refused'],
  ['a foreign 4xx', new BackendError('x', { details: { status: 418 } }), 'refused'],
  ['a foreign 500', new BackendError('x', { details: { status: 500 } }), 'perhaps-refused'],
  ['an unreadable answer', new BackendError('x', { details: { ambiguous: true } }), 'try-again'],
  ['a refused connection', new UnavailableError('x'), 'try-again'],
  ['a time-out', new TimeoutError('x'), 'try-again'],
  ['an expired token', new UnauthenticatedError('x'), 'try-again'],
  ['a missing permission', new ForbiddenError('x'), 'try-again'],
  ['a wrong route', new NotFoundError('x'), 'try-again'],
  ['a defect', new InternalError('x'), 'try-again'],
  ['a foreign error', new TypeError('x'), 'try-again'],
];

describe('judgeCreateError', () => {
  it.each(outcomes)('takes %s as it should', (_, error, verdict) => {
    expect(judgeCreateError(error)).toBe(verdict);
  });
});
