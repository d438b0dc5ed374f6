import {
  announcedFeatures,
  isInterLinkError,
  UnsupportedError,
  type InterLinkApi,
  type PingResponse,
  type Plugin,
} from '@interlink/spec';
import type { HopCheck } from './check-hop.ts';

function describe(response: PingResponse): string {
  const features = [...announcedFeatures(response)];
  const announced = features.length === 0 ? 'announces no extensions' : `announces ${features.join(', ')}`;
  return `${response.status ?? 'answers'}; ${announced}`;
}

/** A ping of an interLink API server. */
export function apiCheck(api: InterLinkApi, url: string): HopCheck {
  return {
    hop: 'API server',
    advice:
      'the API server does not run there, or the plugin behind it does not answer: check SidecarURL and SidecarPort',
    look: async () => `${url} ${describe(await api.ping())}`,
  };
}

/** A ping of a plugin. */
export function pluginCheck(plugin: Plugin, url: string): HopCheck {
  return {
    hop: 'plugin',
    advice: 'the plugin does not run there, or does not listen on this address',
    look: async () => `${url} ${describe(await plugin.ping())}`,
  };
}

/** Of what was not reached nothing is known: the hop before it is the broken one. */
function explainUnreached(error: unknown): never {
  if (!isInterLinkError(error) || error.details['notSent'] !== true) throw error;
  throw new UnsupportedError('nobody could be asked, since the hop before it is broken', { cause: error });
}

/** What the plugin says of its scheduler: a plugin that cannot reach it answers no ping. */
export function schedulerCheck(ping: () => Promise<PingResponse>): HopCheck {
  return {
    hop: 'scheduler',
    advice: 'the plugin runs, its backend does not: ask the scheduler by hand as the user of the plugin',
    look: async () => {
      const { resources } = await ping().catch(explainUnreached);
      if (resources === undefined || resources === null) return 'the plugin names no capacity';
      const { cpu, memory, pods } = resources;
      return `offers cpu ${cpu ?? '?'}, memory ${memory ?? '?'}, pods ${pods ?? '?'}`;
    },
  };
}
