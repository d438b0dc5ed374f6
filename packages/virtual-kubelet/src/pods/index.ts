export { startPodController } from './start-pod-controller.ts';

export type { PodDirectory } from './pod-directory.ts';
export type { PodSettings } from './pod-settings.ts';
export type { PodController, PodControllerOptions } from './start-pod-controller.ts';
