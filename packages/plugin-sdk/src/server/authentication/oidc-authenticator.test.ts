import { createManualClock, silentLogger, type ManualClock } from '@interlink/runtime';
import type { Caller } from '@interlink/spec';
import { startOidcIssuer, type TestIssuer } from '@interlink/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../testing/serve.ts';
import { createOidcAuthenticator, type OidcAuthenticator } from './oidc-authenticator.ts';
import type { OidcIssuer } from './oidc-settings.ts';

let stack: AsyncDisposableStack;
let issuer: TestIssuer;
let clock: ManualClock;
let oidc: OidcAuthenticator;

function configure(settings: Partial<OidcIssuer> = {}): void {
  const full = { issuer: issuer.url, audiences: ['interlink'], ...settings };
  oidc = stack.use(createOidcAuthenticator([full], { logger: silentLogger, clock }));
}

function ask(bearer: string): Promise<Caller | undefined> {
  return oidc.authenticate({ bearer, certificate: undefined });
}

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  issuer = stack.use(await startOidcIssuer());
  clock = createManualClock(Date.now());
  configure();
});
afterEach(() => stack.disposeAsync());

describe('a token of the issuer', () => {
  it('names its caller and the groups, with the prefix of the issuer', async () => {
    const token = await issuer.sign({ aud: ['x', 'interlink'], sub: 'vk-1', groups: ['a', 'b'] });
    expect(await ask(token)).toEqual({ name: 'oidc:vk-1', groups: ['oidc:a', 'oidc:b'], by: 'oidc' });
  });

  it('is read by the claims that are configured, nested ones and those with dots in their names', async () => {
    configure({
      usernameClaim: 'preferred_username',
      groupsClaim: 'wlcg.groups',
      nodesClaim: 'interlink.nodes',
      prefix: 'iam:',
    });
    const token = await issuer.sign({
      aud: 'interlink',
      preferred_username: 'ada',
      'wlcg.groups': ['/hpc'],
      interlink: { nodes: 'vk-1' },
    });
    expect(await ask(token)).toEqual({ name: 'iam:ada', groups: ['iam:/hpc'], by: 'oidc', nodes: ['vk-1'] });
  });

  it.each([
    ['of another audience', { aud: 'other' }, {}, '"aud"'],
    ['without an audience', {}, {}, '"aud"'],
    ['that has expired', { aud: 'interlink' }, { expiresInSeconds: -60 }, 'expired'],
    ['that never expires', { aud: 'interlink' }, { endless: true }, '"exp"'],
    ['that is not valid yet', { aud: 'interlink', nbf: Math.floor(Date.now() / 1000) + 120 }, {}, '"nbf"'],
    ['that names nobody', { aud: 'interlink', sub: '' }, {}, 'names nobody'],
    ['whose name would break a log line', { aud: 'interlink', sub: 'a\nb' }, {}, 'names nobody'],
  ])('%s is refused', async (_, claims, options, reason) => {
    const refused = { code: 'ILK_UNAUTHENTICATED', message: expect.stringContaining(reason) as string };
    await expect(ask(await issuer.sign(claims, options))).rejects.toMatchObject(refused);
  });

  it('within the clock skew is taken', async () => {
    const token = await issuer.sign({ aud: 'interlink' }, { expiresInSeconds: -20 });
    expect(await ask(token)).toMatchObject({ name: 'oidc:caller' });
    configure({ clockSkewSeconds: 5 });
    await expect(ask(token)).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
  });

  it('signed with a shared secret, the public key as the secret, or not at all is refused', async () => {
    const secret = new TextEncoder().encode('interlink-interlink-interlink-interlink');
    const shared = await issuer.sign({ aud: 'interlink' }, { algorithm: 'HS256', key: secret });
    const [, payload] = (await issuer.sign({ aud: 'interlink' })).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [shared, none]) await expect(ask(token)).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
  });

  it('whose claims were changed is refused, and none of it is in the error', async () => {
    const [head, payload = '', signature] = (await issuer.sign({ aud: 'interlink', sub: 'mallory-1' })).split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace('mallory-1', 'system-xx');
    const error: unknown = await ask(`${head}.${Buffer.from(claims).toString('base64url')}.${signature}`).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    expect(`${String(error)}${JSON.stringify(error)}${String((error as Error).cause)}`).not.toMatch(/system-xx|eyJ/);
  });
});

describe('a token of somebody else', () => {
  it.each(['opaque', 'a.b.c', '', '...'])('is left to others: %s', async (token) => {
    expect(await ask(token)).toBeUndefined();
  });

  it('is left to others, and its issuer is not asked', async () => {
    await using other = await startOidcIssuer();
    expect(await ask(await other.sign({ aud: 'interlink' }))).toBeUndefined();
    expect(other.requests).toEqual([]);
  });

  it('who claims to be the issuer is refused', async () => {
    await using other = await startOidcIssuer();
    const forged = await other.sign({ aud: 'interlink', iss: issuer.url });
    await expect(ask(forged)).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
  });
});

describe('what else is required', () => {
  it('of groups: one of them, as the issuer writes it', async () => {
    configure({ requiredGroups: ['hpc', 'ops'] });
    expect(await ask(await issuer.sign({ aud: 'interlink', groups: ['ops'] }))).toMatchObject({ by: 'oidc' });
    for (const claims of [{ groups: ['oidc:ops', 'other'] }, {}, { groups: { ops: true } }]) {
      await expect(ask(await issuer.sign({ aud: 'interlink', ...claims }))).rejects.toMatchObject({
        code: 'ILK_FORBIDDEN',
      });
    }
  });

  it('of claims: every one of them', async () => {
    configure({ requiredClaims: { azp: 'vk', scope: 'interlink' } });
    const good = await issuer.sign({ aud: 'interlink', azp: 'vk', scope: 'openid interlink' });
    expect(await ask(good)).toMatchObject({ by: 'oidc' });
    const bad = await issuer.sign({ aud: 'interlink', azp: 'vk', scope: 'openid interlink-other' });
    await expect(ask(bad)).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
      message: expect.stringContaining('scope') as string,
    });
  });
});

describe('the keys of the issuer', () => {
  const keyRequests = (): number => issuer.requests.filter((path) => path === '/keys').length;

  it('are read once for many tokens', async () => {
    const token = await issuer.sign({ aud: 'interlink' });
    await Promise.all(Array.from({ length: 20 }, () => ask(token)));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are read again for a token with a new one, but not at every rubbish', async () => {
    await ask(await issuer.sign({ aud: 'interlink' }));
    await issuer.rotateKeys();
    const rotated = await issuer.sign({ aud: 'interlink' });
    await expect(ask(rotated)).rejects.toMatchObject({ message: expect.stringContaining('no such key') as string });
    expect(keyRequests()).toBe(1);
    await clock.advance(11_000);
    expect(await ask(rotated)).toMatchObject({ by: 'oidc' });
    expect(keyRequests()).toBe(2);
  });

  it('are read again after ten minutes, so that one that was taken back counts no more', async () => {
    const old = await issuer.sign({ aud: 'interlink' }, { expiresInSeconds: 3600 });
    await ask(old);
    await issuer.rotateKeys();
    await clock.advance(601_000);
    await ask(old);
    await until(
      () =>
        ask(old).then(
          () => false,
          () => true,
        ),
      'the old key to be refused',
    );
  });

  it('count on for a day when the issuer is down, and not longer', async () => {
    await ask(await issuer.sign({ aud: 'interlink' }));
    issuer.down = true;
    const lasting = await issuer.sign({ aud: 'interlink' }, { expiresInSeconds: 1_000_000 });
    await clock.advance(80_000_000);
    expect(await ask(lasting)).toMatchObject({ by: 'oidc' });
    await clock.advance(10_000_000);
    await expect(ask(lasting)).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
  });

  it('that cannot be read make a server unavailable, not the caller unknown, and are tried again later', async () => {
    issuer.down = true;
    const token = await issuer.sign({ aud: 'interlink' });
    for (let count = 0; count < 5; count += 1) {
      await expect(ask(token)).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE', retryable: true });
    }
    expect(issuer.requests).toHaveLength(1);
    issuer.down = false;
    await clock.advance(2000);
    expect(await ask(token)).toMatchObject({ by: 'oidc' });
  });
});
