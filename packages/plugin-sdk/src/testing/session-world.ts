import { silentLogger } from '@interlink/runtime';
import type { ExecRequest, ExitStatus, Plugin, StreamSession } from '@interlink/spec';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import type { RemoteOptions } from '../client/remote-options.ts';
import { buildPluginApp } from '../server/build-plugin-app.ts';
import type { ListenOptions } from '../server/listen.ts';
import type { ServerOptions } from '../server/server-options.ts';
import { buildStreamQuery } from '../streams/stream-query.ts';
import { createMemoryPlugin, type MemoryPluginOptions } from './memory-plugin.ts';
import { serve } from './serve.ts';

/** A command with words that would not survive a shell or a careless URL. */
export const sampleExec: ExecRequest = {
  namespace: 'default',
  podUid: 'uid-1',
  podName: 'pod-1',
  containerName: 'main',
  command: ['cat', '--', 'a b', '', '&=%+#?/', 'zwei\nZeilen ✓'],
};

/** Path and query of {@link sampleExec}, with an input. */
export function sessionPath(feature = 'exec', request: ExecRequest = sampleExec): string {
  return `/${feature}?${buildStreamQuery(request, { stdin: true })}`;
}

/** Runs {@link sampleExec}. */
export function execSample(
  plugin: Plugin,
  streams: StreamSession,
  options?: { readonly signal: AbortSignal },
): Promise<ExitStatus> {
  return plugin.exec?.(sampleExec, streams, options) ?? Promise.reject(new TypeError('no exec'));
}

/** How plugin, server and client of a test differ from the defaults. */
export interface SessionOptions {
  readonly listen?: Partial<ListenOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly remote?: Partial<RemoteOptions>;
}

/** A plugin behind HTTP, and a client of it. */
export interface SessionWorld {
  readonly plugin: Plugin;
  readonly url: string;
  readonly stop: () => PromiseLike<void>;
}

/** Starts a {@link SessionWorld} that ends with the stack. */
export async function startSessions(
  stack: AsyncDisposableStack,
  overrides: MemoryPluginOptions,
  options: SessionOptions = {},
): Promise<SessionWorld> {
  const app = buildPluginApp(createMemoryPlugin(overrides), { logger: silentLogger, ...options.server });
  const listener = stack.use(await serve(app, options.listen));
  const plugin = stack.use(createRemotePlugin({ url: listener.address, logger: silentLogger, ...options.remote }));
  return { plugin, url: listener.address, stop: () => listener[Symbol.asyncDispose]() };
}
