import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as errors from './index.ts';

const classes = Object.values(errors).filter(
  (value): value is typeof errors.InvalidInputError =>
    typeof value === 'function' && value.prototype instanceof errors.InterLinkError,
);
const reference = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');

describe('the error set', () => {
  it('has ten classes with codes of their own', () => {
    expect(new Set(classes.map((ErrorClass) => new ErrorClass('x').code)).size).toBe(10);
    expect(classes).toHaveLength(10);
  });

  it('is described, class by class, in the reference and nothing else is', () => {
    const documented = [...reference.matchAll(/^\| `(\w+)` +\| `(ILK_\w+)` +\| (\d{3}) +\| (yes|no) +\|/gm)];
    const expected = classes.map((ErrorClass) => {
      const error = new ErrorClass('x');
      return [error.name, error.code, String(error.httpStatus), error.retryable ? 'yes' : 'no'];
    });
    expect(documented.map(([, ...row]) => row).toSorted()).toEqual(expected.toSorted());
  });

  it('is recognised by a mark, so that two copies of the package understand each other', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('interlink.error'), { value: true });
    expect(errors.isInterLinkError(foreign)).toBe(true);
    expect(errors.isInterLinkError(new Error('x'))).toBe(false);
  });

  it('comes back from its code', () => {
    for (const ErrorClass of classes) {
      const error = new ErrorClass('words', { field: 'f' });
      expect(errors.errorFromCode(error.code, error.message, { field: 'f' })).toEqual(error);
    }
    expect(errors.errorFromCode('ILK_NOVEL', 'x').code).toBe('ILK_BACKEND');
  });
});
