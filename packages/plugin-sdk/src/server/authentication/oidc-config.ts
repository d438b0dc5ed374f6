import { z } from 'zod';
import { isTrustworthy } from './issuer-client.ts';
import { signatureAlgorithms, type OidcIssuer } from './oidc-settings.ts';

const text = z.string().trim().min(1);
const texts = z.array(text);

/** What a file may say of an issuer. Servers name the keys as the rest of their file is written. */
export const oidcIssuerShape = {
  issuer: z.url({ protocol: /^https?$/ }).describe('As in the claim `iss`; https, or http on loopback.'),
  audiences: texts.min(1).describe('The claim `aud` must have one of these.'),
  usernameClaim: text.optional().describe('Names the caller. Default: sub.'),
  groupsClaim: text.optional().describe('The groups of the caller. Default: groups.'),
  prefix: z.string().optional().describe('Put before names and groups. Default: `oidc:`.'),
  requiredGroups: texts.optional().describe('The caller must be in one of these. Default: none is needed.'),
  requiredClaims: z.record(text, text).optional().describe('Claims that must have this value. Default: none.'),
  nodesClaim: text.optional().describe('The virtual nodes that the caller acts for. Default: none.'),
  algorithms: z
    .array(z.enum(signatureAlgorithms))
    .min(1)
    .optional()
    .describe('Signature algorithms. Default: all with a public key.'),
  clockSkewSeconds: z
    .number()
    .min(0)
    .max(300)
    .optional()
    .describe('Between the clocks of issuer and server. Default: 30.'),
  caFile: text.optional().describe('Certificate authorities of the issuer, PEM. Default: those of the system.'),
};

/** What a file says of an issuer, checked key by key. */
export type OidcIssuerBlock = z.output<z.ZodObject<typeof oidcIssuerShape>>;

/** What is wrong with one of several issuers. */
export interface IssuerProblem {
  /** Which one. */
  readonly index: number;
  readonly key: 'issuer' | 'prefix';
  /** Goes on after the name of the key. */
  readonly message: string;
}

/** Where nothing else is set. */
const defaultPrefix = 'oidc:';

/** What is wrong with issuers beside each other: keys that anybody could change on their way, or names that two of them could give. */
export function issuerProblems(
  blocks: readonly Pick<OidcIssuerBlock, 'issuer' | 'prefix'>[],
): readonly IssuerProblem[] {
  return blocks.flatMap(({ issuer, prefix = defaultPrefix }, index): readonly IssuerProblem[] => {
    const others = blocks.slice(0, index);
    if (!isTrustworthy(new URL(issuer)))
      return [{ index, key: 'issuer', message: 'must be https, or http on loopback' }];
    if (others.some((other) => other.issuer === issuer)) return [{ index, key: 'issuer', message: 'is there twice' }];
    if (!others.some((other) => (other.prefix ?? defaultPrefix) === prefix)) return [];
    const message = "must differ from that of the other issuers: they could name each other's callers";
    return [{ index, key: 'prefix', message }];
  });
}

/** The settings of an issuer. */
export function readIssuer({ issuer, audiences, prefix = defaultPrefix, ...block }: OidcIssuerBlock): OidcIssuer {
  const written = Object.entries(block).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(written) as Omit<OidcIssuer, 'issuer' | 'audiences'>), issuer, audiences, prefix };
}
