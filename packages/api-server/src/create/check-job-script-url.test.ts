import { describe, expect, it } from 'vitest';
import { checkJobScriptUrl } from './check-job-script-url.ts';
import { isNeverABuilder } from './public-lookup.ts';

const policy = { builderUrl: 'https://builder.example/build', allowedHosts: ['Other.example', 'third.example:8080'] };

describe('checkJobScriptUrl', () => {
  it.each([
    ['', 'https://builder.example/build'],
    [undefined, 'https://builder.example/build'],
    ['https://builder.example/build', 'https://builder.example/build'],
    ['http://other.example/x', 'http://other.example/x'],
    ['https://other.example:443/x', 'https://other.example/x'],
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
    'http://other.example:81/',
    'http://[fe80::1]/',
    'http://2852039166/',
    'http://other.example.:80/',
  ])('forbids %s', (requested) => {
    const expected = expect.objectContaining({ code: 'ILK_FORBIDDEN', field: 'jobscriptURL' }) as Error;
    expect(() => checkJobScriptUrl(requested, policy)).toThrow(expected);
  });

  it.each([
    'file:///etc/passwd',
    'unix:///run/x.sock',
    'builder',
    'ftp://other.example/',
    'http://other.example@evil.example/',
    'http://u:p@other.example/',
  ])('refuses %s', (requested) => {
    const expected = expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: 'jobscriptURL' }) as Error;
    expect(() => checkJobScriptUrl(requested, policy)).toThrow(expected);
  });
});

describe('an address', () => {
  it.each([
    ['169.254.169.254', true],
    ['::ffff:169.254.169.254', true],
    ['fe80::1', true],
    ['0.0.0.0', true],
    ['224.0.0.1', true],
    ['10.0.0.1', false],
    ['127.0.0.1', false],
    ['2001:db8::1', false],
  ])('%s is never a builder: %s', (address, expected) => {
    expect(isNeverABuilder(address)).toBe(expected);
  });
});
