import { issuerProblems, readIssuer, type OidcIssuer, type OidcIssuerBlock } from '@interlink/plugin-sdk';
import { ConfigError } from '@interlink/runtime';
import type { NodePolicy } from '../authorization/restrict-to-nodes.ts';
import type { CallerBlock, IssuerBlock } from './caller-schema.ts';

/** Who may call, and for which virtual nodes. */
export interface CallerSettings {
  readonly oidc?: readonly OidcIssuer[];
  readonly clientCertificates?: 'required' | 'accepted';
  readonly nodePolicy?: NodePolicy;
}

/** What else the file says that callers depend on. */
export interface CallerSurroundings {
  readonly file: string;
  readonly hasTokenFile: boolean;
  /** True when the server has certificate authorities for clients. */
  readonly hasClientAuthorities: boolean;
}

/**
 * The settings of callers in the `Extensions` block.
 *
 * @throws ConfigError for parts that do not go together.
 */
export function readCallers(block: Partial<CallerBlock>, surroundings: CallerSurroundings): CallerSettings {
  const { OIDC, ClientCertificates, Authorization } = block;
  const where = `${surroundings.file}: Extensions`;
  const knowsCallers = surroundings.hasTokenFile || (OIDC ?? []).length > 0;
  if (ClientCertificates != null && !surroundings.hasClientAuthorities) {
    throw new ConfigError(`${where}.ClientCertificates needs an https address with TLS.CACertFile`);
  }
  if (Authorization != null && !knowsCallers && !surroundings.hasClientAuthorities) {
    throw new ConfigError(
      `${where}.Authorization needs callers that are known: CallerTokenFile, OIDC, or TLS.CACertFile on an https address`,
    );
  }
  return {
    ...(OIDC == null || OIDC.length === 0 ? {} : { oidc: readIssuers(OIDC, where) }),
    ...(ClientCertificates == null ? {} : { clientCertificates: ClientCertificates }),
    ...(Authorization == null ? {} : { nodePolicy: readPolicy(Authorization) }),
  };
}

/** As the file names the keys. */
const problemKeys = { issuer: 'Issuer', prefix: 'Prefix' } as const;

function readIssuers(written: readonly IssuerBlock[], where: string): readonly OidcIssuer[] {
  const blocks = written.map(rename);
  const [problem] = issuerProblems(blocks);
  if (problem === undefined) return blocks.map(readIssuer);
  throw new ConfigError(`${where}.OIDC[${problem.index}].${problemKeys[problem.key]} ${problem.message}`);
}

function rename(block: IssuerBlock): OidcIssuerBlock {
  return {
    issuer: block.Issuer,
    audiences: block.Audiences,
    usernameClaim: block.UsernameClaim,
    groupsClaim: block.GroupsClaim,
    prefix: block.Prefix,
    requiredGroups: block.RequiredGroups,
    requiredClaims: block.RequiredClaims,
    nodesClaim: block.NodesClaim,
    algorithms: block.Algorithms,
    clockSkewSeconds: block.ClockSkewSeconds,
    caFile: block.CACertFile,
  };
}

function readPolicy({ Nodes = [], AdoptUnknownPods = false }: NonNullable<CallerBlock['Authorization']>): NodePolicy {
  const rules = Nodes.map((rule) => ({
    nodes: rule.Nodes,
    ...(rule.Name === undefined ? {} : { name: rule.Name }),
    ...(rule.Group === undefined ? {} : { group: rule.Group }),
    ...(rule.Clusters === undefined ? {} : { clusters: rule.Clusters }),
  }));
  return { rules, adoptUnknownPods: AdoptUnknownPods };
}
