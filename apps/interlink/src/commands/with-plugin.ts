import { rm } from 'node:fs/promises';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import type { Plugin } from '@interlink/spec';
import type { BackendName, BackendOptions } from '../backend/backend.ts';
import { openBackend } from '../backend/open-backend.ts';
import { makePodDirectory } from '../backend/pod-directory.ts';

/** Which plugin {@link withPlugin} gives. */
export interface PluginChoice extends Omit<BackendOptions, 'root'> {
  /** Address of a running plugin; undefined: the backend's plugin in this process, in a directory that goes with it. */
  readonly url: string | undefined;
  readonly backend: BackendName;
}

/** The plugin at a URL, or one of our own for the time of `use`. */
export async function withPlugin<T>(choice: PluginChoice, use: (plugin: Plugin) => Promise<T>): Promise<T> {
  const { url, logger } = choice;
  if (url !== undefined) {
    await using plugin = createRemotePlugin({ url, logger });
    return await use(plugin);
  }
  const root = await makePodDirectory(choice.backend, 'run');
  try {
    await using backend = await openBackend(choice.backend, { ...choice, root });
    await using plugin = await backend.openPlugin();
    return await use(plugin);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
