export { createBatchPlugin } from './engine/create-batch-plugin.ts';
export { explainPod } from './pod/explain-pod.ts';
export { createLocalHost } from './host/local-host.ts';
export { listProcessIds, readArguments, readBootId, readProcess } from './host/process-table.ts';
export { readSessions } from './directory/session-notes.ts';
export { defaultPath } from './host/run-command.ts';
export { createNoneRuntime } from './runtimes/none-runtime.ts';
export { createApptainerRuntime, detectApptainer } from './runtimes/apptainer-runtime.ts';
export { createEnrootRuntime } from './runtimes/enroot-runtime.ts';
export { chooseRuntime } from './runtimes/choose-runtime.ts';
export { batchConfigShape, policyOf } from './config/batch-config.ts';
export { inWorkDirectory } from './directory/in-work-directory.ts';
export { probeMountNamespaces } from './mounts/mount-namespaces.ts';
export { joinProgram, runnerProgram } from './directory/runner-program.ts';
export { jobFiles } from './directory/job-paths.ts';
export { createSteps, deleteSteps, updateSteps } from './engine/engine.ts';
export { formatShippedScript } from './shipping/format-shipped-script.ts';
export { shippedRoot } from './shipping/job-place.ts';

export type { BatchPluginOptions } from './engine/create-batch-plugin.ts';
export type { EngineStep } from './engine/engine.ts';
export type { ExplainedContainer, PodExplanation } from './pod/explain-pod.ts';
export type { PrepareContext } from './pod/prepare-job.ts';
export type {
  BatchJob,
  CancelOptions,
  Capacity,
  JobCommand,
  JobPlan,
  JobQuery,
  JobState,
  Scheduler,
  Shipment,
} from './contract/scheduler.ts';
export type { ShippedScriptOptions } from './shipping/format-shipped-script.ts';
export type { Bind, ContainerRuntime, ContainerStart, StartRequest } from './contract/container-runtime.ts';
export type {
  CommandResult,
  DirectoryEntry,
  ExistingPath,
  Host,
  HostProcess,
  RunOptions,
  StreamOptions,
  TreeEntry,
} from './contract/host.ts';
export type { ProcessFacts } from './host/process-table.ts';
export type { SessionLeader } from './directory/session-notes.ts';
export type { BatchConfig } from './config/batch-config.ts';
export type { ImageChoice, RuntimeChoice } from './runtimes/choose-runtime.ts';
export type { BatchPolicy, ClaimRule, HostPathRule, ImagePolicy, ShippingPolicy } from './contract/policy.ts';
export type { RuntimeImages, Variables } from './images/runtime-images.ts';
export type { RegistryImage } from './images/parse-image-reference.ts';
export type { RegistryCredential } from './images/registry-credentials.ts';
export type { PlannedImage } from './images/plan-image.ts';
export type { ApptainerOptions } from './runtimes/apptainer-runtime.ts';
export type { ApptainerImageOptions } from './runtimes/apptainer-images.ts';
export type { EnrootOptions } from './runtimes/enroot-runtime.ts';
export type { EnrootImageOptions } from './runtimes/enroot-images.ts';
export type { NoneRuntimeOptions } from './runtimes/none-runtime.ts';
export type { MountNamespaces } from './mounts/mount-namespaces.ts';
