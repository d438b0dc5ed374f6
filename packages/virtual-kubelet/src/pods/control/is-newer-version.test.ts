import { describe, expect, it } from 'vitest';
import { isNewerVersion } from './is-newer-version.ts';

describe('isNewerVersion', () => {
  it.each([
    ['10', '9', true],
    ['9', '10', false],
    ['10', '10', false],
    ['18446744073709551616', '18446744073709551615', true],
    ['abc', '1', false],
    [undefined, '1', false],
  ])('%s after %s: %s', (version, than, newer) => {
    expect(isNewerVersion(version, than)).toBe(newer);
  });
});
