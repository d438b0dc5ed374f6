import { features, type ExecRequest, type Feature, type Plugin, type StreamSession } from '@interlink/spec';
import { notForForeign, type Check, checksOf } from '../kit/check.ts';
import { ensure, ensureEqual, ensureRejects } from '../kit/expect.ts';

const request: ExecRequest = {
  namespace: 'default',
  podUid: 'none',
  podName: 'none',
  containerName: 'main',
  command: ['true'],
  tty: false,
};
const streams: StreamSession = { stdout: () => Promise.resolve(), stderr: () => Promise.resolve() };

const unknownPod = { metadata: { name: 'none', namespace: 'default', uid: 'none' } };

/** Calls the method of a feature; undefined where the plugin has none. */
function callOf(plugin: Plugin, feature: Feature, signal: AbortSignal): Promise<unknown> | undefined {
  switch (feature) {
    case 'events':
      return plugin.watch === undefined
        ? undefined
        : Promise.resolve(plugin.watch({ signal })[Symbol.asyncIterator]().next());
    case 'list':
      return plugin.list?.({ signal });
    case 'stats':
      return plugin.stats?.({ signal });
    case 'exec':
      return plugin.exec?.(request, streams, { signal });
    case 'attach':
      return plugin.attach?.(request, streams, { signal });
    case 'portForward':
      return plugin.portForward?.({ ...request, port: 80 }, streams, { signal });
    case 'update':
      return plugin.update?.({ pod: unknownPod }, { signal });
  }
}

const routes: Readonly<Record<Feature, string>> = {
  events: '/events',
  list: '/pods',
  exec: '/exec',
  attach: '/attach',
  portForward: '/portForward',
  stats: '/stats',
  update: '/update',
};

const sentences = features.map((feature): Omit<Check, 'group'> => ({
  name: `has "${feature}" if it is announced, else answers ILK_UNSUPPORTED`,
  appliesTo: notForForeign('the old contract has no features'),
  run: async ({ plugin, facts, send, signal }) => {
    if (facts.features.has(feature)) {
      if (feature === 'list' || feature === 'stats')
        ensure((await callOf(plugin, feature, signal)) !== undefined, 'the method is missing');
      return;
    }
    const call = callOf(plugin, feature, signal);
    if (call !== undefined) await ensureRejects(call, ['ILK_UNSUPPORTED'], `the method of "${feature}"`);
    if (send === undefined) return;
    const answer = await send({ method: 'GET', path: routes[feature], body: '' });
    ensureEqual(answer.status, 501, `HTTP status of ${routes[feature]}`);
  },
}));

/** What is not announced is refused as unsupported; what is announced is there. */
export const featureChecks = checksOf('features', sentences);
