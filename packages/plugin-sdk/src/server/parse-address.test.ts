import { describe, expect, it } from 'vitest';
import { formatAddress, isLocalAddress, parseAddress } from './parse-address.ts';

describe('parseAddress', () => {
  it.each([
    ['unix:///run/interlink/plugin.sock', { scheme: 'unix', path: '/run/interlink/plugin.sock' }],
    ['http://127.0.0.1:3000', { scheme: 'http', host: '127.0.0.1', port: 3000 }],
    ['http://[::1]:3000', { scheme: 'http', host: '::1', port: 3000 }],
    ['https://example.org', { scheme: 'https', host: 'example.org', port: 443 }],
    ['http://0.0.0.0:0/', { scheme: 'http', host: '0.0.0.0', port: 0 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    '3000',
    'localhost:3000',
    'ftp://x:1',
    'http://x/path',
    'http://x?q',
    'unix://plugin.sock',
    `unix:///${'a'.repeat(108)}`,
  ])('refuses %s', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT' }) as Error);
  });

  it('does not repeat a password', () => {
    expect(() => parseAddress('http://me:hunter2@x:1')).toThrow(/^(?!.*hunter2)/);
  });

  it('is what formatAddress writes', () => {
    for (const text of ['unix:///a/b', 'http://[::1]:80', 'https://x:443'])
      expect(formatAddress(parseAddress(text))).toBe(text);
  });
});

describe('isLocalAddress', () => {
  it.each([
    ['unix:///a', true],
    ['http://127.0.0.1:1', true],
    ['http://127.9.9.9:1', true],
    ['http://localhost:1', true],
    ['http://[::1]:1', true],
    ['http://0.0.0.0:1', false],
    ['http://[::]:1', false],
    ['http://10.0.0.1:1', false],
    ['http://127.example.org:1', false],
  ])('%s: %s', (text, local) => {
    expect(isLocalAddress(parseAddress(text))).toBe(local);
  });
});
