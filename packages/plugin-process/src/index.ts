export { createProcessPlugin } from './create-process-plugin.ts';
export { createLocalScheduler } from './local-scheduler.ts';

export type { ProcessPluginOptions } from './create-process-plugin.ts';
export type { LocalSchedulerOptions } from './local-scheduler.ts';
