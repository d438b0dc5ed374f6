export { ensureControlPlaneBinaries } from './binaries/ensure-control-plane-binaries.ts';
export { kubernetesVersion } from './binaries/programs.ts';
export { controlPlaneStatus } from './control-plane/control-plane-status.ts';
export { startControlPlane } from './control-plane/start-control-plane.ts';
export { stopControlPlane } from './control-plane/stop-control-plane.ts';
export { createProgress } from './progress/create-progress.ts';
export { silentProgress } from './progress/progress.ts';

export type { ControlPlaneBinaries } from './binaries/control-plane-binaries.ts';
export type { EnsureBinariesOptions } from './binaries/ensure-control-plane-binaries.ts';
export type { Component, Program } from './binaries/programs.ts';
export type { CertificateFiles, ControlPlaneCertificates } from './certificates/control-plane-certificates.ts';
export type { ControlPlane, StopOptions } from './control-plane/control-plane.ts';
export type { ControlPlaneStatus } from './control-plane/control-plane-status.ts';
export type { ControlPlaneOptions } from './control-plane/start-control-plane.ts';
export type { ProgressOptions } from './progress/create-progress.ts';
export type { Progress, ProgressTask } from './progress/progress.ts';
