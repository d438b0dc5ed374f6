import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  createCertificateAuthority,
  type CertificateAuthority,
  type KeyedCertificate,
} from './certificate-authority.ts';

/** First address of the service range: the `kubernetes` Service, which pods may call. */
const serviceAddress = '10.96.0.1';

/** Files of a certificate and its key. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** The files under `pki/` of a control plane's directory. */
export interface ControlPlaneCertificates {
  /** Signs clients, the API server and, through CSRs, kubelets. */
  readonly clusterAuthority: CertificateFiles;
  /** Of etcd alone: a client of the cluster is no client of etcd. */
  readonly etcdAuthority: CertificateFiles;
  readonly etcdServer: CertificateFiles;
  readonly etcdClient: CertificateFiles;
  readonly serving: CertificateFiles;
  /** What the API server shows to a kubelet. */
  readonly kubeletClient: CertificateFiles;
  readonly admin: CertificateFiles;
  readonly controllerManager: CertificateFiles;
  readonly scheduler: CertificateFiles;
  /** Signs service account tokens; the certificate file holds the bare public key. */
  readonly serviceAccount: CertificateFiles;
}

/** Where {@link writeControlPlaneCertificates} puts its files below `directory`. */
export function controlPlaneCertificateFiles(directory: string): ControlPlaneCertificates {
  const files = (name: string): CertificateFiles => ({
    certificateFile: join(directory, `${name}.crt`),
    privateKeyFile: join(directory, `${name}.key`),
  });
  return {
    clusterAuthority: files('ca'),
    etcdAuthority: files('etcd-ca'),
    etcdServer: files('etcd-server'),
    etcdClient: files('etcd-client'),
    serving: files('serving'),
    kubeletClient: files('kubelet-client'),
    admin: files('admin'),
    controllerManager: files('controller-manager'),
    scheduler: files('scheduler'),
    serviceAccount: files('service-account'),
  };
}

function createServiceAccountKeys(): KeyedCertificate {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { certificate: keys.publicKey, privateKey: keys.privateKey };
}

function issueServing(authority: CertificateAuthority): Promise<KeyedCertificate> {
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  return authority.issue({
    commonName: 'kube-apiserver',
    dnsNames: ['localhost', hostname(), ...service],
    ipAddresses: ['127.0.0.1', serviceAddress],
    usages: ['server'],
  });
}

async function createAll(): Promise<Record<keyof ControlPlaneCertificates, KeyedCertificate>> {
  const cluster = await createCertificateAuthority('interlink-testbed-ca');
  const etcd = await createCertificateAuthority('interlink-testbed-etcd-ca');
  const client = (commonName: string, ...organizations: string[]): Promise<KeyedCertificate> =>
    cluster.issue({ commonName, organizations, usages: ['client'] });
  return {
    clusterAuthority: cluster,
    etcdAuthority: etcd,
    // etcd dials its own listener through the gateway, so its serving certificate is a client certificate as well.
    etcdServer: await etcd.issue({ commonName: 'etcd', ipAddresses: ['127.0.0.1'], usages: ['server', 'client'] }),
    etcdClient: await etcd.issue({ commonName: 'kube-apiserver', usages: ['client'] }),
    serving: await issueServing(cluster),
    kubeletClient: await client('kube-apiserver-kubelet-client', 'system:masters'),
    admin: await client('kubernetes-admin', 'system:masters'),
    controllerManager: await client('system:kube-controller-manager'),
    scheduler: await client('system:kube-scheduler'),
    serviceAccount: createServiceAccountKeys(),
  };
}

/** Makes every certificate and key of a control plane and writes them, readable by this user alone. */
export async function writeControlPlaneCertificates(directory: string): Promise<ControlPlaneCertificates> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = controlPlaneCertificateFiles(directory);
  const all = await createAll();
  for (const name of Object.keys(files) as (keyof ControlPlaneCertificates)[]) {
    await writeFile(files[name].certificateFile, all[name].certificate, { mode: 0o600 });
    await writeFile(files[name].privateKeyFile, all[name].privateKey, { mode: 0o600 });
  }
  return files;
}
