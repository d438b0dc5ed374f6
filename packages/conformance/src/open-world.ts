import { createRemotePlugin } from '@interlink/plugin-sdk';
import type { Plugin } from '@interlink/spec';
import type { World } from './kit/world.ts';
import { quietLogger } from './quiet-logger.ts';

/** The plugin to check: one in this process, or a URL. */
export interface Target {
  /** A plugin in this process; it stays the caller's. */
  readonly plugin?: Plugin;
  /** `http://`, `https://` or `unix:///path`. With `plugin`, where that plugin is served: bad input is sent there. */
  readonly url?: string;
  /** The bearer token that the plugin asks for, asked for each call. */
  readonly token?: () => Promise<string | undefined>;
  /** Certificate authorities for an https URL, PEM. Default: those of the system. */
  readonly caFile?: string;
  /** Ends the plugin and starts it anew on what it left. */
  readonly restart?: World['restart'];
}

/** A world with what must be closed after the run. */
export interface OpenWorld extends World, AsyncDisposable {}

/** Connects to the target. */
export function openWorld(target: Target): OpenWorld {
  const { url, token, caFile, restart } = target;
  const auth = { ...(token === undefined ? {} : { token }) };
  const raw = url === undefined ? {} : { raw: { url, ...auth, ...(caFile === undefined ? {} : { caFile }) } };
  const again = restart === undefined ? {} : { restart };
  if (target.plugin !== undefined) {
    return { plugin: target.plugin, ...raw, ...again, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (url === undefined) throw new TypeError('the target needs a plugin or a url');
  const tls = caFile === undefined ? {} : { tls: { caFile } };
  const plugin = createRemotePlugin({ url, logger: quietLogger, ...auth, ...tls });
  return { plugin, ...raw, ...again, [Symbol.asyncDispose]: () => plugin[Symbol.asyncDispose]() };
}
