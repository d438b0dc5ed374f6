import { resolveSubPath } from '@interlink/plugin-sdk';
import { isInterLinkError, type Container, type EnvVar } from '@interlink/spec';

/**
 * Why a `subPathExpr` of the container leads nowhere; undefined where all are good. As for a kubelet that is no refusal: the annotation or
 * label that a variable comes from can still change, and the container waits for it.
 */
export function subPathProblem(container: Container, field: string, variables: readonly EnvVar[]): string | undefined {
  // What is left to the plugin to resolve is its to judge too.
  if (variables.some(({ valueFrom }) => valueFrom !== undefined)) return undefined;
  const environment = new Map(variables.map(({ name, value = '' }) => [name, value]));
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    if (mount.subPathExpr === undefined) continue;
    try {
      resolveSubPath(mount, `${field}.volumeMounts[${index}]`, environment);
    } catch (error) {
      if (!isInterLinkError(error)) throw error;
      return error.message;
    }
  }
  return undefined;
}
