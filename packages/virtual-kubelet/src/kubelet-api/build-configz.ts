import { parseQuantity } from '@interlink/plugin-sdk';
import type { Node } from '@interlink/spec';

/** The answer to `/configz`: of a kubelet's configuration what is true of this node. */
export interface Configz {
  readonly kubeletconfig: Readonly<Record<string, unknown>>;
}

/**
 * A `KubeletConfiguration` with the values that hold here; the rest of its fields are a machine's and absent.
 *
 * @param node - The Node object, where it is known already.
 */
export function buildConfigz(node: Node | undefined): Configz {
  const { pods } = node?.status?.capacity ?? {};
  const port = node?.status?.daemonEndpoints?.kubeletEndpoint?.Port;
  const taints = node?.spec?.taints ?? [];
  return {
    kubeletconfig: {
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      enableServer: true,
      ...(port === undefined ? {} : { port }),
      tlsMinVersion: 'VersionTLS12',
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
      authorization: { mode: 'Webhook' },
      registerNode: true,
      ...(taints.length > 0 ? { registerWithTaints: taints } : {}),
      // The API server writes 10000 as 10k.
      ...(pods === undefined ? {} : { maxPods: parseQuantity(pods) }),
      enableDebuggingHandlers: true,
    },
  };
}
