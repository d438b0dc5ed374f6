export { createProcessPlugin } from './create-process-plugin.ts';
export { startProcessServer } from './start-process-server.ts';
export { explainProcessPod } from './explain-process-pod.ts';
export { processConfigSchema } from './config/process-config.ts';
export { defaultWorkDirectory, pluginOptions } from './config/plugin-options.ts';
export { createLocalScheduler } from './scheduler/local-scheduler.ts';

export type { ProcessPluginOptions } from './create-process-plugin.ts';
export type { ProcessServerContext } from './start-process-server.ts';
export type { ExplainOptions } from './explain-process-pod.ts';
export type { ProcessConfig, ProcessConfigInput } from './config/process-config.ts';
export type { LocalSchedulerOptions } from './scheduler/local-scheduler.ts';
