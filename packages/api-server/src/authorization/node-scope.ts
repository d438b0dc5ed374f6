import type { Caller } from '@interlink/spec';

/** Whom a pod belongs to. */
export interface PodOwner {
  /** Name of the virtual node that the pod is bound to. */
  readonly node: string;
  /** UID of the cluster's `kube-system` namespace; the Go virtual kubelet does not tell it. */
  readonly cluster?: string;
}

/** Which callers may act for which virtual nodes. */
export interface NodeRule {
  /** The caller with this name. */
  readonly name?: string;
  /** Every caller of this group. */
  readonly group?: string;
  /** Names of virtual nodes; a `*` stands for any characters. */
  readonly nodes: readonly string[];
  /** Cluster ids; a pod that tells none is then not allowed. Default: every cluster. */
  readonly clusters?: readonly string[];
}

/** The pods that one caller may see and change. */
export interface NodeScope {
  /** True when it covers no pod at all. */
  readonly isEmpty: boolean;
  covers(owner: PodOwner): boolean;
}

interface Grant {
  readonly nodes: readonly string[];
  readonly clusters?: readonly string[];
}

const nodeUserPrefix = 'system:node:';

/**
 * What a caller may act for: what a rule gives its name or one of its groups, the nodes that its credential names, and as in Kubernetes
 * `system:node:<name>` for its own node. The latter does not hold for names from an OpenID issuer, whose users may choose theirs.
 */
export function nodeScope(caller: Caller, rules: readonly NodeRule[]): NodeScope {
  const grants = [...ownGrants(caller), ...rules.filter((rule) => isFor(rule, caller))];
  return {
    isEmpty: grants.length === 0,
    covers: (owner) => grants.some((grant) => gives(grant, owner)),
  };
}

function ownGrants({ name, by, nodes = [] }: Caller): readonly Grant[] {
  const own = by !== 'oidc' && name.startsWith(nodeUserPrefix) ? [name.slice(nodeUserPrefix.length)] : [];
  // A star in a credential is a name and no pattern: patterns are the administrator's.
  const literal = [...own, ...nodes].filter((node) => node !== '' && !node.includes('*'));
  return literal.length === 0 ? [] : [{ nodes: literal }];
}

function isFor(rule: NodeRule, caller: Caller): boolean {
  return rule.name === caller.name || (rule.group !== undefined && caller.groups.includes(rule.group));
}

function gives({ nodes, clusters }: Grant, owner: PodOwner): boolean {
  const isOfCluster = clusters === undefined || (owner.cluster !== undefined && clusters.includes(owner.cluster));
  return isOfCluster && nodes.some((pattern) => matches(pattern, owner.node));
}

function matches(pattern: string, node: string): boolean {
  if (!pattern.includes('*')) return pattern === node;
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop() ?? '';
  if (node.length < first.length + last.length || !node.startsWith(first) || !node.endsWith(last)) return false;
  let position = first.length;
  for (const part of others) {
    const found = node.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return position <= node.length - last.length;
}
