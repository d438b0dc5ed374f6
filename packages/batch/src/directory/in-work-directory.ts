import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ConflictError, UnavailableError, type Plugin } from '@interlink/spec';
import type { Host } from '../contract/host.ts';

/**
 * Makes the work directory where it is absent, keeps other plugins out of it, and gives its real path to `open`. The plugin's disposal
 * gives the directory back.
 *
 * @throws ConflictError while another process of this machine uses the directory.
 */
export async function inWorkDirectory(
  host: Host,
  directory: string,
  open: (root: string) => Promise<Plugin>,
): Promise<Plugin> {
  await host.makeDirectories([directory]);
  const root = await realpath(directory);
  const lock = await lockDirectory(root);
  try {
    const plugin = await open(root);
    return {
      ...plugin,
      async [Symbol.asyncDispose]() {
        await plugin[Symbol.asyncDispose]();
        await lock[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * The lock is an abstract unix socket named after the directory: nothing on disk can be left behind by a crash, and the kernel takes it
 * back when the process ends.
 */
async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  const name = createHash('sha256').update(directory).digest('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0interlink-work-${name}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new ConflictError(`the work directory ${directory} is in use by another plugin`, { cause: error });
    }
    throw new UnavailableError(`the work directory ${directory} cannot be locked`, { cause: error });
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
