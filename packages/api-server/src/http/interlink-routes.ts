import {
  announce,
  answerJson,
  answerText,
  callOptions,
  requiredMethod,
  sharedRoutes,
  type WireRoute,
} from '@interlink/plugin-sdk';
import { parseWire, parseWireList, type InterLinkApi } from '@interlink/spec';
import { describeSpan, podAttributes, type Clock } from '@interlink/runtime';
import { readCacheKey } from './read-cache-key.ts';

/** The routes of hop A: six as the Go virtual kubelet calls them, and the extensions. */
export function interLinkRoutes(api: InterLinkApi, options: { readonly clock?: Clock } = {}): WireRoute[] {
  return [
    {
      path: '/pinglink',
      handle: async (request) => {
        const answer = await api.ping(callOptions(request));
        return answerJson(answer.interlink === undefined ? answer : announce(answer, api));
      },
    },
    {
      path: '/create',
      durable: true,
      handle: async (request) => {
        const [first, ...others] = asList(request.json());
        const body = parseWire('PodCreateRequests', others.length === 0 ? first : undefined);
        describeSpan(podAttributes(body.pod.metadata));
        return answerJson(await api.create(body, callOptions(request)));
      },
    },
    {
      path: '/update',
      durable: true,
      handle: async (request) => {
        const update = requiredMethod(api.update?.bind(api), 'update');
        const [first, ...others] = asList(request.json());
        const body = parseWire('PodCreateRequests', others.length === 0 ? first : undefined);
        describeSpan(podAttributes(body.pod.metadata));
        await update(body, callOptions(request));
        return answerText('updated');
      },
    },
    {
      path: '/status',
      handle: async (request) => {
        const pods = parseWireList('Pod', asList(request.json()));
        return answerJson(await api.status(pods, callOptions(request)));
      },
    },
    {
      path: '/updateCache',
      handle: async (request) => {
        await api.updateCache(readCacheKey(request), callOptions(request));
        return answerText('Updated cache');
      },
    },
    ...sharedRoutes(api, options),
  ];
}

/** A list as it is; one object as a list of one; nothing as an empty list. */
function asList(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body as unknown[];
  return body === undefined || body === null ? [] : [body];
}
