import { oidcIssuerShape } from '@interlink/plugin-sdk';
import { z } from 'zod';

const text = z.string().trim().min(1);
const texts = z.array(text);

const issuerSchema = z.strictObject({
  Issuer: oidcIssuerShape.issuer,
  Audiences: oidcIssuerShape.audiences,
  UsernameClaim: oidcIssuerShape.usernameClaim,
  GroupsClaim: oidcIssuerShape.groupsClaim,
  Prefix: oidcIssuerShape.prefix,
  RequiredGroups: oidcIssuerShape.requiredGroups,
  RequiredClaims: oidcIssuerShape.requiredClaims,
  NodesClaim: oidcIssuerShape.nodesClaim,
  Algorithms: oidcIssuerShape.algorithms,
  ClockSkewSeconds: oidcIssuerShape.clockSkewSeconds,
  CACertFile: oidcIssuerShape.caFile,
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
