import type { LogLevel } from '@interlink/runtime';
import type { OAuthSettings, RemoteTls } from '@interlink/plugin-sdk';
import type { Taint } from '@interlink/spec';
import type { PodSettings } from '../pods/pod-settings.ts';

/** Configuration of one virtual node, checked. */
export interface VirtualKubeletConfig {
  /** Name of the Node object. */
  readonly nodeName: string;
  /** Kubeconfig file. Default: the service account of the pod it runs in, else `~/.kube/config`. */
  readonly kubeconfigFile?: string;
  /** The interLink API server. Not needed where one is given in the same process. */
  readonly interLink?: InterLinkConnection;
  /** What the Node object says. */
  readonly node: NodeSettings;
  /** How the life of the interLink API is watched. */
  readonly ping: PingSettings;
  /** The HTTPS server that `kubectl logs` reaches. */
  readonly kubelet: KubeletSettings;
  /** What is set about pods. */
  readonly pods: PodSettings;
  /** Lines below this severity are not written. */
  readonly logLevel: LogLevel;
}

/** How the interLink API server is reached. */
export interface InterLinkConnection {
  /** `unix:///path`, `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** File with the bearer token, read again for each call. */
  readonly tokenFile?: string;
  /** How the bearer token is got; wins over the file. */
  readonly oauth?: OAuthSettings;
  /** For https. */
  readonly tls?: RemoteTls;
}

/** What the Node object says. */
export interface NodeSettings {
  /** Address of the kubelet API; the API server connects to it. */
  readonly internalIp: string;
  /** DNS name of the same. Set it only if the API server can resolve it: most API servers prefer it to the IP. Default: none. */
  readonly hostname?: string;
  /** `spec.podCIDR`, set when the node is made. */
  readonly podCidr?: string;
  /** Added to the labels that every virtual node has; wins over them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Added to `virtual-node.interlink/no-schedule`. */
  readonly taints: readonly Taint[];
  /** True: the node has no such taint of its own, for a cluster whose pods shall all run here. Default false. */
  readonly openToAllPods?: boolean;
  /** Quantities, until a ping answer says otherwise. */
  readonly capacity: NodeCapacity;
}

/** Resource names and quantities, `cpu`, `memory` and `pods` among them. */
export type NodeCapacity = Readonly<Record<string, string>>;

/** How the life of the interLink API is watched. */
export interface PingSettings {
  /** Seconds between two pings. Default 30. */
  readonly intervalSeconds: number;
  /** The node stops being Ready after so many failed pings in a row. Default 3. */
  readonly failuresBeforeNotReady: number;
}

/** The kubelet API. */
export interface KubeletSettings {
  /** Address to listen on. Default `0.0.0.0`. */
  readonly host: string;
  /** Port to listen on, and to announce; 0 takes a free one. Default 5820. */
  readonly port: number;
  /** Where the serving certificate comes from. */
  readonly certificate: CertificateSettings;
  /** Certificate authorities (PEM) of clients. Default: those of the cluster, from the ConfigMap `kube-system/extension-apiserver-authentication`. */
  readonly clientCaFile?: string;
}

/** Where the serving certificate comes from. */
export type CertificateSettings =
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string }
  | { readonly kind: 'self-signed' }
  | {
      readonly kind: 'request';
      /** Who signs. Default `kubernetes.io/kubelet-serving`. */
      readonly signerName: string;
      /** Directory, private to this process, that keeps certificate and key over restarts. */
      readonly directory: string;
    };
