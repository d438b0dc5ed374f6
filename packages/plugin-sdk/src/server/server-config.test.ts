import { checkConfig } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serverConfigShape } from './server-config.ts';

const check = (oidc: unknown) => checkConfig(z.strictObject(serverConfigShape), { oidc }, { source: 'plugin.yaml' });
const issuer = (name: string, more: object = {}) => ({ issuer: `https://${name}.example`, audiences: ['a'], ...more });

describe('the issuers of a plugin', () => {
  it('are none unless they are named', () => {
    expect(check(undefined).oidc).toEqual([]);
    expect(check([issuer('one'), issuer('two', { prefix: 'two:' })]).oidc).toHaveLength(2);
  });

  it.each([
    [[{ ...issuer('one'), issuer: 'http://one.example' }], 'oidc[0].issuer: must be https, or http on loopback'],
    [[issuer('one'), issuer('one', { prefix: 'b:' })], 'oidc[1].issuer: is there twice'],
    [[issuer('one'), issuer('two')], 'oidc[1].prefix: must differ'],
    [[issuer('one', { audiences: [] })], 'oidc[0].audiences'],
    [[issuer('one', { algorithms: ['HS256'] })], 'oidc[0].algorithms[0]'],
    [[issuer('one', { audience: 'a' })], 'unknown key oidc[0].audience'],
  ])('%j are refused, naming the key', (oidc, problem) => {
    expect(() => check(oidc)).toThrow(`plugin.yaml: ${problem}`);
  });
});
