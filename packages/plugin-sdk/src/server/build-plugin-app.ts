import type { FastifyInstance } from 'fastify';
import { parseWire, parseWireList, pluginApiDocument, type Plugin } from '@interlink/spec';
import { describeSpan, podAttributes } from '@interlink/runtime';
import { announce } from './announce.ts';
import { buildWireApp } from './build-wire-app.ts';
import { callOptions } from './call-options.ts';
import type { ServerOptions } from './server-options.ts';
import { onlyItem, requiredMethod, sharedRoutes } from './shared-routes.ts';
import { answerJson, answerText, type WireRoute } from './wire-route.ts';

function createRoute(plugin: Plugin): WireRoute {
  return {
    path: '/create',
    durable: true,
    handle: async (request) => {
      const data = parseWire('RetrievedPodData', onlyItem(request.json()));
      describeSpan(podAttributes(data.pod.metadata));
      return answerJson(await plugin.create(data, callOptions(request)));
    },
  };
}

function updateRoute(plugin: Plugin): WireRoute {
  return {
    path: '/update',
    durable: true,
    handle: async (request) => {
      const update = requiredMethod(plugin.update?.bind(plugin), 'update');
      const data = parseWire('RetrievedPodData', onlyItem(request.json()));
      describeSpan(podAttributes(data.pod.metadata));
      await update(data, callOptions(request));
      return answerText('updated');
    },
  };
}

/** An empty list, null or no body at all is the ping of hop B. */
function isPing(body: unknown): boolean {
  return body === undefined || body === null || (Array.isArray(body) && body.length === 0);
}

function statusRoute(plugin: Plugin): WireRoute {
  return {
    path: '/status',
    handle: async (request) => {
      const body = request.json();
      if (isPing(body)) return answerJson(announce(await plugin.ping(callOptions(request)), plugin));
      const pods = parseWireList('Pod', Array.isArray(body) ? body : [body]);
      return answerJson(await plugin.status(pods, callOptions(request)));
    },
  };
}

/**
 * Serves a plugin over HTTP: hop B as the Go API server speaks it, and the extensions that the plugin has methods for.
 *
 * @remarks Not yet listening: see `listen`. Closing it does not dispose the plugin, which stays its owner's.
 */
export function buildPluginApp(plugin: Plugin, options: ServerOptions): FastifyInstance {
  const routes = [createRoute(plugin), updateRoute(plugin), statusRoute(plugin), ...sharedRoutes(plugin, options)];
  const ready = async (call: { signal: AbortSignal; sessionId: string }): Promise<void> => {
    await plugin.ping(call);
  };
  return buildWireApp(routes, { ...options, document: pluginApiDocument, spans: 'Plugin', ready });
}
