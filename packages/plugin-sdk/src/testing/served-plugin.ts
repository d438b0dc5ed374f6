import { createLogger } from '@interlink/runtime';
import { buildPluginApp } from '../server/build-plugin-app.ts';
import type { ServerOptions } from '../server/server-options.ts';
import { createMemoryPlugin, type MemoryPlugin, type MemoryPluginOptions } from './memory-plugin.ts';
import { serve } from './serve.ts';

/** A memory plugin behind HTTP, with everything the server logs. */
export interface ServedPlugin extends AsyncDisposable {
  readonly plugin: MemoryPlugin;
  readonly url: string;
  readonly lines: readonly string[];
}

/** Starts a {@link ServedPlugin} on a free port. */
export async function servePlugin(
  overrides: MemoryPluginOptions = {},
  options: Partial<ServerOptions> = {},
): Promise<ServedPlugin> {
  const lines: string[] = [];
  const plugin = createMemoryPlugin(overrides);
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const listener = await serve(buildPluginApp(plugin, { logger, ...options }));
  return { plugin, lines, url: listener.address, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}
