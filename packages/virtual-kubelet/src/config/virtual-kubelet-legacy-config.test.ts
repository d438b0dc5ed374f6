import { describe, expect, it } from 'vitest';
import { readLegacyConfig } from './virtual-kubelet-legacy-config.ts';

const environment = { NODENAME: 'hpc', POD_IP: '10.1.2.3' };
const load = (value: unknown, more: Record<string, string> = {}) =>
  readLegacyConfig(value, { file: 'vk.yaml', environment: { ...environment, ...more } });

/** A file as the Helm chart writes it, with its own superfluous keys. */
const chartFile = {
  InterlinkURL: 'https://edge.example.org',
  InterlinkPort: 443,
  VKTokenFile: '/opt/interlink/token',
  ExportPodData: true,
  VerboseLogging: true,
  ErrorsOnlyLogging: false,
  ServiceAccount: 'hpc',
  Namespace: 'interlink',
  KubernetesApiAddr: '1.2.3.4',
  KubernetesApiPort: 6443,
  DisableProjectedVolumes: true,
  HTTP: { Insecure: true, CaCert: '' },
  KubeletHTTP: { insecure: true },
  Resources: {
    CPU: 8,
    Memory: '49Gi',
    Pods: 100,
    Accelerators: [
      { ResourceType: 'nvidia.com/gpu', Model: 'A100 80GB', Available: 3 },
      { ResourceType: 'nvidia.com/gpu', Model: 'A100 80GB', Available: '5' },
      { ResourceType: 'xilinx.com/fpga', Model: 'u55c' },
    ],
  },
  NodeLabels: ['site=north', 'broken', 'bad key=x'],
  NodeTaints: [{ Key: 'gpu', Value: 'yes', Effect: 'Sometimes' }],
};

describe('configuration of the Go virtual kubelet', () => {
  it('is read as it is', () => {
    const { config } = load(chartFile, { KUBECONFIG: '/etc/k', KUBELET_PORT: '10250', XDG_STATE_HOME: '/state' });
    expect(config).toMatchObject({
      nodeName: 'hpc',
      kubeconfigFile: '/etc/k',
      interLink: {
        url: 'https://edge.example.org:443',
        tokenFile: '/opt/interlink/token',
        tls: { insecureSkipVerify: true },
      },
      node: {
        internalIp: '10.1.2.3',
        labels: { site: 'north', 'nvidia-gpu-type': 'A100-80GB', 'xilinx-fpga-type': 'u55c' },
        taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
        capacity: { cpu: '8', memory: '49Gi', pods: '100', 'nvidia.com/gpu': '8' },
      },
      kubelet: {
        host: '0.0.0.0',
        port: 10_250,
        certificate: {
          kind: 'request',
          signerName: 'kubernetes.io/kubelet-serving',
          directory: '/state/interlink/hpc',
        },
      },
      pods: { kubernetesApiAddress: '1.2.3.4', kubernetesApiPort: '6443', disableProjectedVolumes: true },
      ping: { intervalSeconds: 30, failuresBeforeNotReady: 3 },
      logLevel: 'debug',
    });
    expect(config.node.capacity).not.toHaveProperty('xilinx.com/fpga');
  });

  it('gives a warning for what nothing reads and for what has no effect', () => {
    const file = { ...chartFile, InterLinkUrl: 'x', Network: { EnableTunnel: true } };
    expect(load(file).warnings).toEqual([
      'vk.yaml: nothing reads the key ExportPodData',
      'vk.yaml: nothing reads the key KubeletHTTP.insecure; "Insecure" is known',
      'vk.yaml: nothing reads the key InterLinkUrl; "InterlinkURL" is known',
      'vk.yaml: HTTP.Insecure: the certificate of the interLink API is not checked',
      'vk.yaml: Network.EnableTunnel has no effect: port exposure is not offered',
      'vk.yaml: NodeTaints: taint gpu has the unknown effect "Sometimes": NoSchedule is used',
      'vk.yaml: NodeLabels: "broken" is no label of the form key=value and is left out',
      'vk.yaml: NodeLabels: "bad key=x" is no label of the form key=value and is left out',
    ]);
  });

  it('has the defaults of the Go program', () => {
    const { config, warnings } = load({});
    expect(warnings).toEqual([]);
    expect(config.node.capacity).toEqual({ cpu: '100', memory: '3000G', pods: '10000' });
    expect(config.kubelet.port).toBe(5820);
    expect(config.interLink).toBeUndefined();
  });

  it('uses TLS for every call when enabled, and HTTP only where it is not', () => {
    const both = { ...chartFile, TLS: { Enabled: true, CertFile: 'c', KeyFile: 'k', CACertFile: 'a' } };
    expect(load(both).config.interLink?.tls).toEqual({ caFile: 'a', certFile: 'c', keyFile: 'k' });
    const http = { ...chartFile, HTTP: { CaCert: '/ca.pem' } };
    expect(load(http).config.interLink?.tls).toEqual({ caFile: '/ca.pem' });
  });

  it.each([
    [{ InterlinkURL: 'unix:///var/run/interlink.sock', InterlinkPort: '/x-1' }, 'unix:///var/run/interlink.sock'],
    [{ InterlinkURL: 'http://localhost', InterlinkPort: '4000' }, 'http://localhost:4000'],
    [{ InterlinkURL: 'http://localhost:4000/base' }, 'http://localhost:4000/base'],
  ])('finds the interLink API of %j', (file, url) => {
    expect(load(file).config.interLink?.url).toBe(url);
  });

  it('takes a certificate from files, or none that is signed', () => {
    const files = { KubeletCertFile: '/c', KubeletKeyFile: '/k', DisableCSR: true };
    expect(load(files).config.kubelet.certificate).toEqual({ kind: 'files', certFile: '/c', keyFile: '/k' });
    expect(load({ DisableCSR: true }).config.kubelet.certificate).toEqual({ kind: 'self-signed' });
    expect(load({ KubeletCertFile: '/c' }).warnings).toEqual([
      'vk.yaml: KubeletCertFile and KubeletKeyFile count only together',
    ]);
  });

  it.each([
    [{ InterlinkURL: 'edge.example.org' }, {}, 'vk.yaml: InterlinkURL must begin with http://, https:// or unix://'],
    [{ Resources: { CPU: 'many' } }, {}, 'vk.yaml: Resources.CPU is no Kubernetes quantity: "many"'],
    [{ Resources: { Memory: '-1Gi' } }, {}, 'vk.yaml: Resources.Memory must not be negative'],
    [
      { Resources: { Accelerators: [{ ResourceType: 'my.org/tpu' }] } },
      {},
      'Resources.Accelerators[0].Available is required for my.org/tpu',
    ],
    [
      { Resources: { Accelerators: [{ ResourceType: 'gpu', Available: 1 }] } },
      {},
      'Resources.Accelerators[0].ResourceType must be a name such as',
    ],
    [{ Extensions: { PingInterval: 3 } }, {}, 'vk.yaml: unknown key Extensions.PingInterval'],
    [{ NodeLabels: { a: 'b' } }, {}, 'vk.yaml: NodeLabels: '],
    [{}, { NODENAME: '' }, 'the name of the node is required: set NODENAME or --nodename'],
    [{}, { NODENAME: 'My_Node' }, '"My_Node" cannot be the name of a node'],
    [{}, { KUBELET_PORT: '70000' }, 'environment KUBELET_PORT is no port: "70000"'],
    [{}, { POD_IP: 'nowhere' }, 'environment POD_IP is no IP address: "nowhere"'],
  ])('refuses %j with %j', (file, more, message) => {
    expect(() => load(file, more)).toThrow(message);
  });

  it('lets the flag win over the environment', () => {
    expect(readLegacyConfig({}, { file: 'vk.yaml', environment, nodeName: 'flagged' }).config.nodeName).toBe('flagged');
  });
});
