export { defaultConfigFile, loadVirtualKubeletConfig } from './config/load-virtual-kubelet-config.ts';
export { startPodController } from './pods/index.ts';
export { runVirtualKubelet } from './run-virtual-kubelet.ts';
export { startVirtualKubelet } from './start-virtual-kubelet.ts';

export type { VirtualKubeletConfigSource } from './config/load-virtual-kubelet-config.ts';
export type {
  CertificateSettings,
  InterLinkConnection,
  KubeletSettings,
  NodeCapacity,
  NodeSettings,
  PingSettings,
  VirtualKubeletConfig,
} from './config/virtual-kubelet-config.ts';
export type { LoadedProcessConfig } from './config/read-process-config.ts';
export type {
  LeaderElectionSettings,
  OperationsSettings,
  VirtualKubeletProcessConfig,
} from './config/process-config.ts';
export type { ProcessContext } from './run-virtual-kubelet.ts';
export type { PodController, PodControllerOptions, PodDirectory, PodSettings } from './pods/index.ts';
export type { VirtualKubelet, VirtualKubeletContext } from './start-virtual-kubelet.ts';
