import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { createProcessPlugin } from '@interlink/plugin-process';
import type { Logger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';

/** The plugin at a URL; without one, the process plugin in this process, in a directory that goes with it. */
export async function withPlugin<T>(
  options: { readonly url: string | undefined; readonly logger: Logger },
  use: (plugin: Plugin) => Promise<T>,
): Promise<T> {
  const { url, logger } = options;
  if (url !== undefined) {
    await using plugin = createRemotePlugin({ url, logger });
    return await use(plugin);
  }
  const directory = await mkdtemp(join(tmpdir(), 'interlink-run-'));
  try {
    await using plugin = await createProcessPlugin({ root: directory, logger });
    return await use(plugin);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
