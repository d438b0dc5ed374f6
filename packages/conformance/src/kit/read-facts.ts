import { announcedFeatures, type Plugin } from '@interlink/spec';
import { announce } from '@interlink/plugin-sdk';
import type { PluginFacts } from './check.ts';

/** What the plugin says of itself. A plugin in this process announces by the methods it has. */
export async function readFacts(plugin: Plugin, signal: AbortSignal): Promise<PluginFacts> {
  const answer = announce(await plugin.ping({ signal }), plugin);
  return { isForeign: answer.interlink === undefined, features: announcedFeatures(answer) };
}
