import type { Secret } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { matchCredentials, readPullSecrets } from './registry-credentials.ts';

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

function secretOf(auths: Record<string, unknown>): Secret {
  return { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64({ auths }) } };
}

/** The users that are tried for an image, from a secret with one user for each place, named after it. */
function usersFor(registry: string, repository: string, places: readonly string[]): string[] {
  const auths = Object.fromEntries(places.map((place) => [place, { username: place, password: 'p' }]));
  const found = matchCredentials(readPullSecrets([secretOf(auths)]), { kind: 'registry', registry, repository });
  return found.map(({ username }) => username);
}

describe('readPullSecrets', () => {
  const image = { kind: 'registry', registry: 'h', repository: 'a' } as const;
  const read = (secret: Secret) => matchCredentials(readPullSecrets([secret]), image);

  it.each([
    ['username and password', secretOf({ h: { username: 'u', password: 'p:w' } })],
    ['auth', secretOf({ h: { auth: base64('u:p:w') } })],
    ['auth before the others', secretOf({ h: { auth: base64('u:p:w'), username: 'other', password: 'other' } })],
    [
      'a dockercfg',
      { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': base64({ h: { auth: base64('u:p:w') } }) } },
    ],
  ])('reads %s', (_name, secret) => {
    expect(read(secret)).toEqual([{ username: 'u', password: 'p:w' }]);
  });

  it.each([
    ['no JSON', { data: { '.dockerconfigjson': base64('{') } }],
    ['a list', { data: { '.dockerconfigjson': base64([]) } }],
    ['no auths', { data: { '.dockerconfigjson': base64({}) } }],
    ['auths of another kind', { data: { '.dockerconfigjson': base64({ auths: [1] }) } }],
    ['no data', {}],
    ['an entry of another kind', secretOf({ h: 'x' })],
    ['an empty auth', secretOf({ h: { auth: '' } })],
    ['a user without a password', secretOf({ h: { username: 'u' } })],
    ['a byte that no variable can have', secretOf({ h: { username: 'u', password: 'a\0b' } })],
  ])('makes nothing of %s', (_name, secret) => {
    expect(read(secret)).toEqual([]);
  });
});

describe('matchCredentials', () => {
  it.each([
    ['host.example', 'a/b', ['host.example'], ['host.example']],
    [
      'host.example',
      'a/b',
      ['https://host.example/v1/', 'http://host.example/v2/'],
      ['https://host.example/v1/', 'http://host.example/v2/'],
    ],
    [
      'host.example',
      'team/app',
      ['host.example', 'host.example/team', 'host.example/other'],
      ['host.example/team', 'host.example'],
    ],
    ['host.example:5000', 'a', ['host.example', 'host.example:5000'], ['host.example:5000']],
    ['x.host.example', 'a', ['*.host.example', '*.example', 'host.example', 'y*.host.example'], ['*.host.example']],
    ['ab-cd.host.example', 'a', ['a*c*.host.example', 'a*e*.host.example'], ['a*c*.host.example']],
    ['docker.io', 'library/busybox', ['https://index.docker.io/v1/'], ['https://index.docker.io/v1/']],
    ['docker.io', 'library/busybox', ['quay.io'], []],
  ])('for %s/%s of %j tries %j', (registry, repository, places, users) => {
    expect(usersFor(registry, repository, places)).toEqual(users);
  });

  it('is quick with a pattern made to be slow', () => {
    expect(usersFor(`${'a'.repeat(60)}.example`, 'a', [`${'*a'.repeat(200)}*b.example`])).toEqual([]);
  });
});
