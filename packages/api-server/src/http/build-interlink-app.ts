import { buildWireApp, type ServerOptions } from '@interlink/plugin-sdk';
import { interLinkApiDocument, type InterLinkApi } from '@interlink/spec';
import type { FastifyInstance } from 'fastify';
import { interLinkRoutes } from './interlink-routes.ts';

/**
 * Serves an {@link InterLinkApi} over HTTP: hop A as the Go virtual kubelet speaks it, and the extensions. Not yet listening.
 *
 * @remarks Every caller sees every pod, as with the Go API server, unless the API is one that `restrictToNodes` made. Closing the app does not dispose the API.
 */
export function buildInterLinkApp(api: InterLinkApi, options: ServerOptions): FastifyInstance {
  const ready = async (call: { signal: AbortSignal; sessionId: string }): Promise<void> => {
    await api.ping(call);
  };
  return buildWireApp(interLinkRoutes(api, options), {
    ...options,
    document: interLinkApiDocument,
    spans: 'API',
    ready,
  });
}
