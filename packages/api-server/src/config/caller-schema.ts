import { signatureAlgorithms } from '@interlink/plugin-sdk';
import { z } from 'zod';

const text = z.string().trim().min(1);
const texts = z.array(text);

const issuerSchema = z.strictObject({
  Issuer: z.url({ protocol: /^https?$/ }).describe('As in the claim `iss`; https, or http on loopback.'),
  Audiences: texts.min(1).describe('The claim `aud` must have one of these.'),
  UsernameClaim: text.optional().describe('Names the caller. Default: sub.'),
  GroupsClaim: text.optional().describe('The groups of the caller. Default: groups.'),
  Prefix: z.string().optional().describe('Put before names and groups. Default: `oidc:`.'),
  RequiredGroups: texts.optional().describe('The caller must be in one of these. Default: none is needed.'),
  RequiredClaims: z.record(text, text).optional().describe('Claims that must have this value. Default: none.'),
  NodesClaim: text.optional().describe('The virtual nodes that the caller acts for. Default: none.'),
  Algorithms: z
    .array(z.enum(signatureAlgorithms))
    .min(1)
    .optional()
    .describe('Signature algorithms. Default: all with a public key.'),
  ClockSkewSeconds: z
    .number()
    .min(0)
    .max(300)
    .optional()
    .describe('Between the clocks of issuer and server. Default: 30.'),
  CACertFile: text.optional().describe('Certificate authorities of the issuer, PEM. Default: those of the system.'),
});

/** What the file says of one OpenID issuer. */
export type IssuerBlock = z.output<typeof issuerSchema>;

const ruleSchema = z
  .strictObject({
    Name: text.optional().describe('A caller, by name.'),
    Group: text.optional().describe('Callers, by a group.'),
    Nodes: texts.min(1).describe('Names of virtual nodes; `*` stands for any characters.'),
    Clusters: texts.optional().describe('UIDs of the kube-system namespace. Default: every cluster.'),
  })
  .refine(({ Name, Group }) => (Name === undefined) !== (Group === undefined), 'needs either Name or Group');

/** The keys that say who may call, and for which virtual nodes; part of the `Extensions` block. */
export const callerShape = {
  OIDC: z.array(issuerSchema).nullish().describe('OpenID issuers whose tokens are taken. Default: none.'),
  ClientCertificates: z
    .enum(['required', 'accepted'])
    .nullish()
    .describe(
      'With TLS.CACertFile: whether a caller without a certificate may show a token instead. Default: required.',
    ),
  Authorization: z
    .strictObject({
      Nodes: z.array(ruleSchema).optional().describe('Who acts for which virtual nodes, besides `system:node:<name>`.'),
      AdoptUnknownPods: z
        .boolean()
        .optional()
        .describe(
          'A pod that nobody can place belongs to the node that the first request for it names. Default: false.',
        ),
    })
    .nullish()
    .describe(
      'A caller sees and changes the pods of its own virtual nodes only. Default: every caller sees every pod.',
    ),
};

/** What the file says of callers. */
export type CallerBlock = z.output<z.ZodObject<typeof callerShape>>;
