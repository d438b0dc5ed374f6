import type { Component } from '../binaries/programs.ts';
import type { ControlPlaneCertificates } from '../certificates/control-plane-certificates.ts';

const address = '127.0.0.1';
const serviceRange = '10.96.0.0/16';

/** Requests per second that the scheduler and the controllers may make: the testbed must not be what a benchmark measures. */
const clientRequestsPerSecond = 1000;

/** Ports on 127.0.0.1 that a control plane listens on. */
export interface ControlPlanePorts {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

/** What the command lines of the components depend on. */
export interface ComponentLayout {
  readonly ports: ControlPlanePorts;
  readonly certificates: ControlPlaneCertificates;
  /** Where etcd keeps its data. */
  readonly etcdDirectory: string;
  readonly controllerManagerKubeconfig: string;
  readonly schedulerKubeconfig: string;
}

function etcdArguments({ ports, certificates, etcdDirectory }: ComponentLayout): string[] {
  const client = `https://${address}:${ports.etcdClient}`;
  const peer = `https://${address}:${ports.etcdPeer}`;
  return [
    '--name=testbed',
    `--data-dir=${etcdDirectory}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=testbed=${peer}`,
    '--client-cert-auth',
    `--trusted-ca-file=${certificates.etcdAuthority.certificateFile}`,
    `--cert-file=${certificates.etcdServer.certificateFile}`,
    `--key-file=${certificates.etcdServer.privateKeyFile}`,
    '--peer-client-cert-auth',
    `--peer-trusted-ca-file=${certificates.etcdAuthority.certificateFile}`,
    `--peer-cert-file=${certificates.etcdServer.certificateFile}`,
    `--peer-key-file=${certificates.etcdServer.privateKeyFile}`,
    // The data lives no longer than the control plane; waiting for the disk would only slow every test down.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function serviceAccountArguments({ certificates }: ComponentLayout): string[] {
  return [
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${certificates.serviceAccount.certificateFile}`,
    `--service-account-signing-key-file=${certificates.serviceAccount.privateKeyFile}`,
  ];
}

function apiServerArguments(layout: ComponentLayout): string[] {
  const { ports, certificates } = layout;
  return [
    `--etcd-servers=https://${address}:${ports.etcdClient}`,
    `--etcd-cafile=${certificates.etcdAuthority.certificateFile}`,
    `--etcd-certfile=${certificates.etcdClient.certificateFile}`,
    `--etcd-keyfile=${certificates.etcdClient.privateKeyFile}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${certificates.serving.certificateFile}`,
    `--tls-private-key-file=${certificates.serving.privateKeyFile}`,
    `--client-ca-file=${certificates.clusterAuthority.certificateFile}`,
    `--kubelet-client-certificate=${certificates.kubeletClient.certificateFile}`,
    `--kubelet-client-key=${certificates.kubeletClient.privateKeyFile}`,
    '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--service-cluster-ip-range=${serviceRange}`,
    // A loopback address is refused as an endpoint of the `kubernetes` Service, again and again in the log.
    '--endpoint-reconciler-type=none',
    ...serviceAccountArguments(layout),
  ];
}

function clientArguments(kubeconfig: string, port: number, { certificates }: ComponentLayout): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${certificates.serving.certificateFile}`,
    `--tls-private-key-file=${certificates.serving.privateKeyFile}`,
    '--leader-elect=false',
    `--kube-api-qps=${clientRequestsPerSecond}`,
    `--kube-api-burst=${clientRequestsPerSecond * 2}`,
  ];
}

function controllerManagerArguments(layout: ComponentLayout): string[] {
  const { clusterAuthority, serviceAccount } = layout.certificates;
  return [
    ...clientArguments(layout.controllerManagerKubeconfig, layout.ports.controllerManager, layout),
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${serviceAccount.privateKeyFile}`,
    `--root-ca-file=${clusterAuthority.certificateFile}`,
    `--cluster-signing-cert-file=${clusterAuthority.certificateFile}`,
    `--cluster-signing-key-file=${clusterAuthority.privateKeyFile}`,
  ];
}

/** The command line of a component, without the program itself. */
export function buildComponentArguments(component: Component, layout: ComponentLayout): string[] {
  switch (component) {
    case 'etcd':
      return etcdArguments(layout);
    case 'kube-apiserver':
      return apiServerArguments(layout);
    case 'kube-controller-manager':
      return controllerManagerArguments(layout);
    case 'kube-scheduler':
      return clientArguments(layout.schedulerKubeconfig, layout.ports.scheduler, layout);
  }
}
