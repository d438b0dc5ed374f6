export { annotations } from './annotations.ts';
export { headers } from './headers.ts';
export { announcedAccepts, announcedFeatures, createExtensions, extensionVersion, features } from './features.ts';
export { interLinkApiDocument, pluginApiDocument } from './generated/documents.ts';
export { isHeartbeat } from './wire.ts';
export { dropNulls } from './validation/drop-nulls.ts';
export { parseWire, parseWireList } from './validation/parse-wire.ts';
export * from './errors/index.ts';

export type * from './kubernetes.ts';
export type * from './streams.ts';
export type * from './wire.ts';
export type { CallOptions } from './call-options.ts';
export type { Caller } from './caller.ts';
export type { CreateExtensionKey, Feature } from './features.ts';
export type { InterLinkApi } from './interlink-api.ts';
export type { OpenApiDocument } from './open-api-document.ts';
export type { Plugin } from './plugin.ts';
export type { StreamWishes, WireBodies } from './validation/parse-wire.ts';
