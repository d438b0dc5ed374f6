export { assemblePodData } from './create/assemble-pod-data.ts';
export { buildInterLinkApp } from './http/build-interlink-app.ts';
export { createInterLinkApi } from './create-interlink-api.ts';
export { compileTemplate } from './go-template/index.ts';
export { defaultConfigFile, loadApiConfig } from './config/load-api-config.ts';
export { startApiServer } from './start-api-server.ts';

export type { ApiConfigSource } from './config/load-api-config.ts';
export type { ApiServerConfig, JobScriptConfig, PluginConnection } from './config/api-config.ts';
export type { ApiServerContext } from './start-api-server.ts';
export type { InterLinkApiOptions } from './create-interlink-api.ts';
export type { JobScriptOptions } from './create/job-script.ts';
export type { JobScriptPolicy } from './create/check-job-script-url.ts';
export type { LoadedApiConfig } from './config/api-server-legacy-config.ts';
export type { StatusCacheOptions } from './status/status-cache.ts';
export type { Template } from './go-template/index.ts';
