import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConflictError, UnavailableError } from '@interlink/spec';

/**
 * Makes sure that no other process of this machine uses the directory; released by disposal and, whatever happens, by the
 * kernel when this process ends.
 *
 * @remarks The lock is an abstract unix socket named after the directory: nothing on disk can be left behind by a crash.
 * @throws ConflictError when another process, or this one, has it.
 */
export async function lockWorkDirectory(directory: string): Promise<AsyncDisposable> {
  const name = createHash('sha256').update(directory).digest('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0interlink-process-${name}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new ConflictError(`the work directory ${directory} is in use by another process plugin`, { cause: error });
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
