import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JSONWebKeySet, type JWTPayload } from 'jose';

/** How a token is signed, where that differs. */
export interface SignOptions {
  /** How long it holds; negative for one that has expired. Default 300. */
  readonly expiresInSeconds?: number;
  /** Default ES256, the algorithm of the published key. */
  readonly algorithm?: string;
  /** Default: the private key of the published one. */
  readonly key?: CryptoKey | Uint8Array;
  /** True: no time at which it expires. */
  readonly endless?: boolean;
}

/** The keys of a test issuer. */
export interface SigningKeys {
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  published(): Promise<JSONWebKeySet>;
  rotate(): Promise<void>;
}

const defaultLifetimeSeconds = 300;
const millisecondsPerSecond = 1000;

/** One key of ES256, and a next one whenever they are rotated. */
export async function createSigningKeys(): Promise<SigningKeys> {
  let number = 1;
  let pair = await generateKeyPair('ES256', { extractable: true });
  return {
    sign(claims, options = {}) {
      const now = Math.floor(Date.now() / millisecondsPerSecond);
      const expires =
        options.endless === true ? {} : { exp: now + (options.expiresInSeconds ?? defaultLifetimeSeconds) };
      return new SignJWT({ sub: 'caller', iat: now, ...expires, ...claims })
        .setProtectedHeader({ alg: options.algorithm ?? 'ES256', kid: `key-${number}` })
        .sign(options.key ?? pair.privateKey);
    },
    published: async () => ({
      keys: [{ ...(await exportJWK(pair.publicKey)), kid: `key-${number}`, alg: 'ES256', use: 'sig' }],
    }),
    async rotate() {
      number += 1;
      pair = await generateKeyPair('ES256', { extractable: true });
    },
  };
}
