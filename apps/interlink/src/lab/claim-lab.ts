import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConflictError, UnavailableError } from '@interlink/spec';

/**
 * Makes this process the only lab of a directory. The claim is an abstract unix socket: the kernel takes it back whatever happens to
 * the process.
 *
 * @throws ConflictError when another process has it.
 */
export async function claimLab(directory: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0interlink-lab-${createHash('sha256').update(directory).digest('hex')}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new ConflictError(`a lab runs already in ${directory}`, { cause: error });
    throw new UnavailableError(`${directory} cannot be claimed for a lab`, { cause: error });
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
