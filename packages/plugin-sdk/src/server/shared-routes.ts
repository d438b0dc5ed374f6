import { parseWire, UnsupportedError, type Plugin } from '@interlink/spec';
import { describeSpan, podAttributes, systemClock, type Clock } from '@interlink/runtime';
import type { OptionalMethods } from './announce.ts';
import { callOptions } from './call-options.ts';
import { streamRoutes } from './stream-routes.ts';
import { answerJson, answerText, type WireRoute } from './wire-route.ts';
import { encodeEvents, withHeartbeats } from './with-heartbeats.ts';

/** What both hops serve alike. */
export type SharedTarget = Pick<Plugin, 'delete' | 'logs'> & OptionalMethods;

/** Peers give an event stream up after 45 s of silence and are promised a line every 15 s. */
const heartbeatAfterMilliseconds = 10_000;

/** The body of a create: one object, or an array of one, as some older clients send it. */
export function onlyItem(body: unknown): unknown {
  return Array.isArray(body) && body.length === 1 ? (body as unknown[])[0] : body;
}

/**
 * The method of a feature.
 *
 * @throws UnsupportedError where the target has none.
 */
export function requiredMethod<T>(method: T | undefined, feature: string): T {
  if (method === undefined) throw new UnsupportedError(`this server does not offer the feature "${feature}"`);
  return method;
}

function eventsRoute(target: SharedTarget, clock: Clock): WireRoute {
  return {
    path: '/events',
    handle: (request) => {
      requiredMethod(target.watch, 'events');
      const events = target.watch?.(callOptions(request)) as AsyncIterable<never>;
      const beating = withHeartbeats(events, { clock, quietMilliseconds: heartbeatAfterMilliseconds });
      return Promise.resolve({
        kind: 'stream',
        contentType: 'application/x-ndjson',
        chunks: encodeEvents(beating),
        endless: true,
      });
    },
  };
}

/** The routes that are the same on both hops: delete, logs, the list of pods, events, statistics, streaming sessions. */
export function sharedRoutes(target: SharedTarget, options: { readonly clock?: Clock } = {}): WireRoute[] {
  return [
    {
      path: '/delete',
      durable: true,
      handle: async (request) => {
        const pod = parseWire('Pod', onlyItem(request.json()));
        describeSpan(podAttributes(pod.metadata));
        await target.delete(pod, callOptions(request));
        return answerText('accepted');
      },
    },
    {
      path: '/getLogs',
      handle: async (request) => ({
        kind: 'stream',
        contentType: 'application/octet-stream',
        chunks: await target.logs(parseWire('LogStruct', request.json()), callOptions(request)),
      }),
    },
    {
      path: '/pods',
      handle: async (request) =>
        answerJson(await requiredMethod(target.list?.bind(target), 'list')(callOptions(request))),
    },
    {
      path: '/stats',
      handle: async (request) =>
        answerJson(await requiredMethod(target.stats?.bind(target), 'stats')(callOptions(request))),
    },
    eventsRoute(target, options.clock ?? systemClock),
    ...streamRoutes(target),
  ];
}
