import type { BatchPolicy, ClaimRule } from '../contract/policy.ts';

/** Where the storage of a claim is. */
export interface ClaimPath {
  readonly path: string;
  /** The part of it that the site wrote out: what the path leads to must be in there. */
  readonly within: string;
  readonly rule: ClaimRule;
}

/** A claim of a pod; both names were checked. */
export interface ClaimName {
  readonly namespace: string;
  readonly claim: string;
}

/** The path that the site maps a claim to; undefined where it maps it to none. */
export function mapClaim(name: ClaimName, { persistentVolumeClaims = [] }: BatchPolicy): ClaimPath | undefined {
  const rule = persistentVolumeClaims.find(
    ({ namespace, claim }) =>
      [undefined, name.namespace].includes(namespace) && [undefined, name.claim].includes(claim),
  );
  if (!rule) return undefined;
  const components = rule.path.split('/');
  const values: Readonly<Record<string, string>> = { '{namespace}': name.namespace, '{claim}': name.claim };
  const first = components.findIndex((component) => component in values);
  return {
    path: components.map((component) => values[component] ?? component).join('/'),
    within: first === -1 ? rule.path : components.slice(0, first).join('/') || '/',
    rule,
  };
}

/** Whether the path of a rule has braces only where a whole component is one of the two that are replaced. */
export function isClaimTemplate(path: string): boolean {
  return path.split('/').every((component) => !/[{}]/.test(component) || /^\{(namespace|claim)\}$/.test(component));
}
