import { join } from 'node:path';
import { writeControlPlaneCertificates, type CertificateFiles } from '../certificates/control-plane-certificates.ts';
import type { ComponentLayout } from '../components/component-arguments.ts';
import { findFreePorts } from '../components/free-ports.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** Everything that a control plane's directory holds before the first component starts. */
export interface ControlPlaneLayout extends ComponentLayout {
  /** Address of the API server. */
  readonly server: string;
  /** The administrator's kubeconfig. */
  readonly kubeconfigFile: string;
}

async function findPorts(): Promise<ComponentLayout['ports']> {
  const [etcdClient = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0] = await findFreePorts(5);
  return { etcdClient, etcdPeer, apiServer, controllerManager, scheduler };
}

/** Chooses ports and writes certificates and kubeconfigs below the directory. */
export async function createLayout(directory: string): Promise<ControlPlaneLayout> {
  const ports = await findPorts();
  const certificates = await writeControlPlaneCertificates(join(directory, 'pki'));
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const authorityFile = certificates.clusterAuthority.certificateFile;

  const kubeconfig = async (name: string, user: string, client: CertificateFiles): Promise<string> => {
    const file = join(directory, name);
    await writeKubeconfig(file, { server, authorityFile, user, client });
    return file;
  };

  return {
    ports,
    certificates,
    server,
    etcdDirectory: join(directory, 'etcd'),
    kubeconfigFile: await kubeconfig('kubeconfig', 'kubernetes-admin', certificates.admin),
    controllerManagerKubeconfig: await kubeconfig(
      'controller-manager.kubeconfig',
      'system:kube-controller-manager',
      certificates.controllerManager,
    ),
    schedulerKubeconfig: await kubeconfig('scheduler.kubeconfig', 'system:kube-scheduler', certificates.scheduler),
  };
}
