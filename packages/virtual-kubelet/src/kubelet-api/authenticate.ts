import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { reviewToken, type KubeClient, type KubeUser } from '@interlink/kube';
import type { Clock } from '@interlink/runtime';
import { UnauthenticatedError } from '@interlink/spec';
import { createExpiringCache } from './expiring-cache.ts';

/** Finds out who asks. */
export interface Authenticator {
  /** @throws UnauthenticatedError when nobody vouches for the caller. */
  authenticate(request: IncomingMessage): Promise<KubeUser>;
}

const knownTokenMilliseconds = 60_000;
const unknownTokenMilliseconds = 10_000;
const everybodyKnown = 'system:authenticated';

/** By the client certificate, which TLS has checked against the cluster's authorities, else by the bearer token, which the cluster is asked about. */
export function createAuthenticator({ client, clock }: { client: KubeClient; clock: Clock }): Authenticator {
  const cache = createExpiringCache<KubeUser | 'unknown'>(clock);

  async function byToken(token: string): Promise<KubeUser> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = cache.get(key) ?? (await reviewToken({ client, token })) ?? 'unknown';
    cache.set(key, known, known === 'unknown' ? unknownTokenMilliseconds : knownTokenMilliseconds);
    if (known === 'unknown') throw new UnauthenticatedError('the cluster does not know the bearer token');
    return known;
  }

  return {
    async authenticate(request) {
      const user = userOfCertificate(request);
      if (user !== undefined) return user;
      const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined)
        throw new UnauthenticatedError('a client certificate of the cluster or a bearer token is required');
      return await byToken(token);
    },
  };
}

/** The user that a checked client certificate names: common name and organizations, as everywhere in Kubernetes. */
function userOfCertificate({ socket }: IncomingMessage): KubeUser | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  // The types leave out that several organizations come as a list.
  const { CN, O } = socket.getPeerCertificate().subject as { CN?: string | string[]; O?: string | string[] };
  const username = [CN ?? []].flat()[0];
  if (username === undefined || username === '') return undefined;
  return { username, groups: [...[O ?? []].flat(), everybodyKnown] };
}
