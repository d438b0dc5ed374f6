import { once } from 'node:events';
import { chmod, lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { ConflictError, InvalidInputError } from '@interlink/spec';
import { maximumSocketPathBytes } from './parse-address.ts';

const ownerOnly = 0o600;
const probeTimeoutMilliseconds = 5000;

/** True when somebody accepts connections there; false for a socket whose process is gone. */
async function isAlive(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(probeTimeoutMilliseconds) });
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    // EAGAIN (a full backlog), EACCES (another user's), or no answer: somebody may well be there.
    return true;
  } finally {
    socket.destroy();
  }
}

async function refuseIfTaken(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new ConflictError(`${path} exists and is no socket; it is left as it is`);
  if (await isAlive(path))
    throw new ConflictError(`another process listens on ${path}; stop it or choose another path`);
}

/**
 * Makes the server listen on a unix socket that its owner alone can use. The socket of a process that is gone is replaced.
 *
 * @remarks The socket is made in a directory of mode 0700 and moved to its place once it has mode 0600, so there is no moment when
 * others could connect. The umask stays alone: it belongs to the whole process.
 * @returns removes the socket, unless another server has taken the place since.
 * @throws ConflictError when a living process listens there or the path is something else.
 */
export async function listenOnSocket(server: Server, path: string): Promise<() => Promise<void>> {
  await refuseIfTaken(path);
  const directory = await mkdtemp(join(dirname(path), '.s'));
  try {
    const first = join(directory, 's');
    if (Buffer.byteLength(first) > maximumSocketPathBytes) {
      throw new InvalidInputError(`the directory of ${path} is too long for a unix socket; choose a shorter one`);
    }
    server.listen({ path: first });
    await once(server, 'listening');
    await chmod(first, ownerOnly);
    await rename(first, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  const { ino } = await lstat(path);
  return async () => {
    const now = await lstat(path).catch(() => undefined);
    if (now?.ino === ino) await rm(path, { force: true });
  };
}
