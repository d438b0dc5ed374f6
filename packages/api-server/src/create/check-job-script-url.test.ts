import { describe, expect, it } from 'vitest';
import { checkJobScriptUrl } from './check-job-script-url.ts';

const policy = { builderUrl: 'https://builder.example/build', allowedHosts: ['Other.example', 'third.example:8080'] };

describe('checkJobScriptUrl', () => {
  it.each([
    ['', 'https://builder.example/build'],
    [undefined, 'https://builder.example/build'],
    ['https://builder.example/build', 'https://builder.example/build'],
    ['http://other.example:81/x', 'http://other.example:81/x'],
    ['http://third.example:8080/', 'http://third.example:8080/'],
  ])('takes %j', (requested, expected) => {
    expect(checkJobScriptUrl(requested, policy)?.href).toBe(expected);
  });

  it('gives nothing when nobody names a builder', () => {
    expect(checkJobScriptUrl('', {})).toBeUndefined();
  });

  it.each([
    'https://builder.example/other',
    'http://third.example/',
    'http://169.254.169.254/latest/meta-data',
    'http://other.example.evil.example/',
    'http://other.example@evil.example/',
  ])('forbids %s', (requested) => {
    const expected = expect.objectContaining({ code: 'ILK_FORBIDDEN', field: 'jobscriptURL' }) as Error;
    expect(() => checkJobScriptUrl(requested, policy)).toThrow(expected);
  });

  it.each(['file:///etc/passwd', 'unix:///run/x.sock', 'builder', 'ftp://other.example/'])(
    'refuses %s',
    (requested) => {
      const expected = expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: 'jobscriptURL' }) as Error;
      expect(() => checkJobScriptUrl(requested, policy)).toThrow(expected);
    },
  );
});
