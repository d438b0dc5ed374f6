/** Signature algorithms with a public key; a shared secret or none would let whoever knows the audience write tokens. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** One of {@link signatureAlgorithms}. */
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** One issuer of tokens, and which of its tokens a server takes. */
export interface OidcIssuer {
  /** As in the claim `iss` of its tokens; its keys are found by `/.well-known/openid-configuration` below it. */
  readonly issuer: string;
  /** The claim `aud` must have one of these. */
  readonly audiences: readonly string[];
  /** Claim that names the caller. Default `sub`. */
  readonly usernameClaim?: string;
  /** Claim with the caller's groups, a list or one text. Default `groups`. */
  readonly groupsClaim?: string;
  /** Put before names and groups, so that an issuer cannot make up those of others. Default `oidc:`. */
  readonly prefix?: string;
  /** The caller must be in one of these groups, written as the issuer does. Default: no group is needed. */
  readonly requiredGroups?: readonly string[];
  /** Claims that must be there with this value; a claim that is a list must contain it. Default: none. */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  /** Claim with the names of the virtual nodes that the caller acts for, a list or one text. Default: none. */
  readonly nodesClaim?: string;
  /** Default: all of {@link signatureAlgorithms}. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** How far the clocks of issuer and server may differ, in seconds. Default 30. */
  readonly clockSkewSeconds?: number;
  /** PEM; trusted for the connection to the issuer in place of the system's certificate authorities. */
  readonly caFile?: string;
}
