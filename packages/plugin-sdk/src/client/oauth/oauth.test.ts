import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, createManualClock, type ManualClock } from '@interlink/runtime';
import { startOidcIssuer, type TestIssuer } from '@interlink/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOidcAuthenticator } from '../../server/authentication/oidc-authenticator.ts';
import { buildPluginApp } from '../../server/build-plugin-app.ts';
import { createMemoryPlugin } from '../../testing/memory-plugin.ts';
import { sampleData, sampleUid } from '../../testing/sample-pod.ts';
import { serve, temporaryDirectory, until } from '../../testing/serve.ts';
import { createRemotePlugin } from '../create-remote-plugin.ts';
import { createOAuthToken } from './create-oauth-token.ts';
import type { OAuthSettings } from './oauth-settings.ts';
import type { RenewingToken } from './renewing-token.ts';

let stack: AsyncDisposableStack;
let issuer: TestIssuer;
let clock: ManualClock;
let directory = '';
let lines: string[] = [];
const secret = 'client-secret';

function open(settings: Partial<OAuthSettings> = {}): RenewingToken {
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const full = { tokenEndpoint: issuer.tokenEndpoint, clientId: 'client', clientSecret: secret, ...settings };
  return createOAuthToken(full, { logger, clock });
}

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  lines = [];
  issuer = stack.use(await startOidcIssuer());
  directory = stack.use(await temporaryDirectory()).path;
  clock = createManualClock(Date.now());
});
afterEach(() => stack.disposeAsync());

const settled = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    (value) => value,
    (caught: unknown) => caught,
  );
  return `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)} ${(error as Error).stack}`;
};

describe('a token by client credentials', () => {
  it('is asked for once by many, and kept', async () => {
    const source = open();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => source.token()));
    expect(new Set(tokens).size).toBe(1);
    await clock.advance(150_000);
    expect(await source.token()).toBe(tokens[0]);
    expect(issuer.requests).toEqual(['/token']);
  });

  it.each([2 * 86_400_000, -2 * 86_400_000])('lasts as long when the clock is set by %d ms', async (jump) => {
    const source = open();
    const first = await source.token();
    clock.jump(jump);
    await clock.advance(150_000);
    expect(await source.token()).toBe(first);
    expect(issuer.requests).toEqual(['/token']);
    await clock.advance(151_000);
    expect(await source.token()).not.toBe(first);
    expect(issuer.requests).toEqual(['/token', '/token']);
  });

  it('is renewed before it expires, and the old one is given meanwhile', async () => {
    const source = open();
    const first = await source.token();
    await clock.advance(210_000);
    expect(await source.token()).toBe(first);
    await until(async () => (await source.token()) !== first, 'the next token');
    expect(issuer.requests).toHaveLength(2);
  });

  it('lives on while the server is down, which is asked with backoff, and ends when it has expired', async () => {
    const source = open();
    const first = await source.token();
    issuer.down = true;
    for (let second = 210; second < 290; second += 1) {
      await clock.advance(second === 210 ? 210_000 : 1000);
      expect(await source.token()).toBe(first);
      await new Promise(setImmediate);
    }
    expect(issuer.requests.length).toBeLessThan(12);
    await clock.advance(10_000);
    await expect(source.token()).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE', details: { notSent: true } });
    issuer.down = false;
    await clock.advance(60_000);
    expect(await source.token()).not.toBe(first);
  });

  it('reads the secret from its file whenever it is needed', async () => {
    const clientSecretFile = join(directory, 'secret');
    await writeFile(clientSecretFile, 'wrong\n');
    const source = open({ clientSecretFile });
    await expect(source.token()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    await writeFile(clientSecretFile, `${secret}\n`);
    await clock.advance(2000);
    expect(await source.token()).toMatch(/^ey/);
  });

  it('asks for the audience that is configured', async () => {
    const token = await open({ audience: 'interlink' }).token();
    expect(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())).toMatchObject({ aud: 'interlink' });
  });
});

describe('a token by refresh token', () => {
  it('keeps the next refresh token over restarts, with mode 0600', async () => {
    issuer.policy.refreshTokens = ['first'];
    const stateFile = join(directory, 'made', 'refresh.json');
    const refreshToken = { value: 'first', stateFile };
    await open({ refreshToken }).token();
    expect(await open({ refreshToken }).token()).toMatch(/^ey/);
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(stateFile, 'utf8')).toContain(issuer.policy.refreshTokens[0]);
  });

  it('is used once at a time by several who share it', async () => {
    issuer.policy.refreshTokens = ['first'];
    const refreshToken = { value: 'first', stateFile: join(directory, 'kept') };
    const tokens = await Promise.all([open, open, open].map((make) => make({ refreshToken }).token()));
    expect(new Set(tokens).size).toBe(3);
  });

  it('starts anew when the administrator gives another first one', async () => {
    const file = join(directory, 'refresh');
    const refreshToken = { file, stateFile: join(directory, 'kept') };
    await writeFile(file, 'first\n');
    issuer.policy.refreshTokens = ['first'];
    await open({ refreshToken }).token();
    issuer.policy.refreshTokens = ['second'];
    await expect(open({ refreshToken }).token()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    await writeFile(file, 'second\n');
    expect(await open({ refreshToken }).token()).toMatch(/^ey/);
  });

  it('works all the same when the next one cannot be kept, and says so', async () => {
    issuer.policy.refreshTokens = ['first'];
    const refreshToken = { value: 'first', stateFile: join('/dev/null', 'refresh') };
    expect(await open({ refreshToken }).token()).toMatch(/^ey/);
    expect(lines.join('')).toContain('could not be kept');
  });
});

describe('secrets', () => {
  it('are in no error and no log line, whatever the server repeats', async () => {
    issuer.policy.refreshTokens = ['good-refresh-token'];
    const stateFile = join(directory, 'kept');
    const wrong = open({ clientSecret: 'wrong-client-secret' });
    const stale = open({ refreshToken: { value: 'stale-refresh-token', stateFile } });
    const away = open({ tokenEndpoint: 'http://127.0.0.1:1/token', clientSecret: 'third-client-secret' });
    const good = open({ refreshToken: { value: 'good-refresh-token', stateFile } });
    const told = await Promise.all([wrong, stale, away].map((source) => settled(source.token())));
    const token = await good.token();
    const everything = `${told.join('\n')}${lines.join('')}`;
    expect(everything).toContain('invalid_grant');
    for (const hidden of ['-client-secret', '-refresh-token', token]) expect(everything).not.toContain(hidden);
  });
});

describe('a peer that verifies tokens', () => {
  it('is called with renewed ones: a refused token is renewed and the call made once more', async () => {
    const oidc = stack.use(
      createOidcAuthenticator([{ issuer: issuer.url, audiences: ['plugin'] }], {
        logger: createLogger({ name: 'x', level: 'silent' }),
        clock,
      }),
    );
    const plugin = createMemoryPlugin();
    const logger = createLogger({ name: 'x', level: 'silent' });
    const app = buildPluginApp(plugin, { logger, authenticators: [oidc.authenticate] });
    const listener = stack.use(await serve(app));
    const source = open({ audience: 'plugin' });
    const remote = stack.use(
      createRemotePlugin({
        url: listener.address,
        logger,
        token: () => source.token(),
        renewToken: (old) => source.renew(old),
      }),
    );
    await remote.ping();
    expect(plugin.calls[0]?.options?.caller).toMatchObject({ name: 'oidc:caller', by: 'oidc' });
    // The issuer takes its key back: the token that the client holds is good no more.
    await issuer.rotateKeys();
    await clock.advance(15_000);
    const stale = await source.token();
    await oidc.authenticate({ bearer: await issuer.sign({ aud: 'plugin' }), certificate: undefined });
    expect(await remote.create(sampleData())).toMatchObject({ PodUID: sampleUid() });
    expect(await source.token()).not.toBe(stale);
    expect(issuer.requests.filter((path) => path === '/token')).toHaveLength(2);
    await issuer.rotateKeys();
    issuer.policy.claims = {};
    await clock.advance(1000);
    expect(await remote.ping()).toMatchObject({ status: 'ok' });
  });

  it('that refuses every token is not asked without end, nor is the issuer', async () => {
    const logger = createLogger({ name: 'x', level: 'silent' });
    const app = buildPluginApp(createMemoryPlugin(), { logger, tokens: () => Promise.resolve(['other']) });
    const listener = stack.use(await serve(app));
    const source = open();
    const remote = stack.use(
      createRemotePlugin({
        url: listener.address,
        logger,
        token: () => source.token(),
        renewToken: (old) => source.renew(old),
      }),
    );
    for (let count = 0; count < 5; count += 1) {
      await expect(remote.ping()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    }
    expect(issuer.requests).toHaveLength(1);
  });
});
