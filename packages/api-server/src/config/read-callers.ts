import { isTrustworthy, type OidcIssuer } from '@interlink/plugin-sdk';
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

function readIssuers(blocks: readonly IssuerBlock[], where: string): readonly OidcIssuer[] {
  const issuers = blocks.map(readIssuer);
  for (const [index, { issuer, prefix }] of issuers.entries()) {
    const key = `${where}.OIDC[${index}]`;
    if (!isTrustworthy(new URL(issuer))) throw new ConfigError(`${key}.Issuer must be https, or http on loopback`);
    const others = issuers.slice(0, index);
    if (others.some((other) => other.issuer === issuer)) throw new ConfigError(`${key}.Issuer is there twice`);
    if (others.some((other) => other.prefix === prefix)) {
      throw new ConfigError(
        `${key}.Prefix must differ from that of the other issuers: they could name each other's callers`,
      );
    }
  }
  return issuers;
}

function readIssuer(block: IssuerBlock): OidcIssuer {
  const { Issuer, Audiences, UsernameClaim, GroupsClaim, RequiredGroups, RequiredClaims, NodesClaim } = block;
  const { Prefix = 'oidc:', Algorithms, ClockSkewSeconds, CACertFile } = block;
  return {
    issuer: Issuer,
    audiences: Audiences,
    prefix: Prefix,
    ...(UsernameClaim === undefined ? {} : { usernameClaim: UsernameClaim }),
    ...(GroupsClaim === undefined ? {} : { groupsClaim: GroupsClaim }),
    ...(RequiredGroups === undefined ? {} : { requiredGroups: RequiredGroups }),
    ...(RequiredClaims === undefined ? {} : { requiredClaims: RequiredClaims }),
    ...(NodesClaim === undefined ? {} : { nodesClaim: NodesClaim }),
    ...(Algorithms === undefined ? {} : { algorithms: Algorithms }),
    ...(ClockSkewSeconds === undefined ? {} : { clockSkewSeconds: ClockSkewSeconds }),
    ...(CACertFile === undefined ? {} : { caFile: CACertFile }),
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
