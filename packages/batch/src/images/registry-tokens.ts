import { parseChallenge } from './bearer-challenge.ts';
import { headerOf, parseJsonObject, refusalOf, type RegistryAnswer } from './registry-answer.ts';
import type { RegistryCredential } from './registry-credentials.ts';
import type { RegistryTransport } from './registry-transport.ts';

/** Who asks for what. */
export interface Admission {
  /** `https://host` of the registry. */
  readonly base: string;
  readonly repository: string;
  readonly credential?: RegistryCredential | undefined;
  readonly signal: AbortSignal;
}

/** What opens a registry's doors. */
export interface RegistryTokens {
  /** The `Authorization` header that helped the last time; undefined where there was none, or it may have expired. */
  known(admission: Admission): string | undefined;
  /** A new one, as the registry's refusal asks for; undefined where it cannot be had. Rejects where the token server says no. */
  obtain(refusal: RegistryAnswer, admission: Admission): Promise<string | undefined>;
}

/** Tokens are good for a minute at least. */
const reuseMilliseconds = 50_000;

/** A {@link RegistryTokens} without any. */
export function createRegistryTokens(transport: RegistryTransport): RegistryTokens {
  const kept = new Map<string, { readonly header: string; readonly until: number }>();
  const keyOf = ({ base, repository, credential }: Admission): string =>
    JSON.stringify([base, repository, credential ?? null]);
  return {
    known(admission) {
      const token = kept.get(keyOf(admission));
      return token && token.until > performance.now() ? token.header : undefined;
    },
    async obtain(refusal, admission) {
      for (const [key, { until }] of kept) if (until <= performance.now()) kept.delete(key);
      const header = await meetChallenge(refusal, admission, transport);
      if (header !== undefined) kept.set(keyOf(admission), { header, until: performance.now() + reuseMilliseconds });
      return header;
    },
  };
}

async function meetChallenge(
  refusal: RegistryAnswer,
  { base, repository, credential, signal }: Admission,
  transport: RegistryTransport,
): Promise<string | undefined> {
  const challenge = parseChallenge(headerOf(refusal, 'www-authenticate'));
  const basic = credential && basicHeader(credential);
  if (challenge?.scheme !== 'bearer') return challenge && basic;
  const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
  // Whoever is spoken to safely must not be sent credentials, or be believed, in plain text elsewhere.
  if (!url || (url.protocol !== 'https:' && !base.startsWith('http://'))) return undefined;
  url.searchParams.set('scope', challenge.scope ?? `repository:${repository}:pull`);
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  const headers = { accept: 'application/json', ...(basic === undefined ? {} : { authorization: basic }) };
  const answer = await transport.send(url.href, { method: 'GET', headers, signal });
  if (answer.status !== 200) throw refusalOf(answer, url.host);
  const { token, access_token: accessToken } = parseJsonObject(answer.body);
  const bearer = token ?? accessToken;
  return typeof bearer === 'string' ? `Bearer ${bearer}` : undefined;
}

function basicHeader({ username, password }: RegistryCredential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
