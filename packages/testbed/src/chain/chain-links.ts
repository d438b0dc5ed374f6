import { join } from 'node:path';

/** The processes between the API server and a pod's containers. */
export const chainLinks = ['plugin', 'api', 'virtual-kubelet'] as const;

/** One process of the chain. */
export type ChainLink = (typeof chainLinks)[number];

/** What a link is started with. */
export interface LinkCommand {
  /** Directory below `apps`. */
  readonly app: string;
  /** Content of its configuration file, in YAML (which JSON is). */
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the links need to know of their surroundings. */
export interface ChainPlace {
  /** For sockets, configurations and logs. Short: a socket's path has at most 107 characters. */
  readonly directory: string;
  readonly nodeName: string;
  readonly kubeconfigFile: string;
  /**
   * Where the kubelet API listens, and the address of the node. Default 127.0.0.1, to which an API server connects for logs and exec, but not
   * for `/api/v1/nodes/NAME/proxy`.
   */
  readonly nodeAddress?: string;
}

/** Where the process plugin keeps its jobs. */
export function workDirectory(place: ChainPlace): string {
  return join(place.directory, 'jobs');
}

/** The three links, connected by unix sockets; API server and virtual kubelet with files as the Go components read them. */
export function linkCommands(place: ChainPlace): Readonly<Record<ChainLink, LinkCommand>> {
  const pluginUrl = `unix://${join(place.directory, 'plugin.sock')}`;
  const { nodeAddress = '127.0.0.1' } = place;
  const apiUrl = `unix://${join(place.directory, 'api.sock')}`;
  return {
    plugin: {
      app: 'interlink-process',
      config: { address: pluginUrl, workDirectory: workDirectory(place), runtime: 'none', capacity: { pods: 20_000 } },
      environment: {},
    },
    api: { app: 'interlink-api', config: { InterlinkAddress: apiUrl, SidecarURL: pluginUrl }, environment: {} },
    'virtual-kubelet': {
      app: 'interlink-virtual-kubelet',
      config: { InterlinkURL: apiUrl, DisableCSR: true, Resources: { CPU: '10000', Memory: '100Ti', Pods: '20000' } },
      environment: {
        NODENAME: place.nodeName,
        KUBECONFIG: place.kubeconfigFile,
        KUBELET_URL: nodeAddress,
        KUBELET_PORT: '0',
        POD_IP: nodeAddress,
      },
    },
  };
}
