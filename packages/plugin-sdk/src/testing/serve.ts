import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { silentLogger } from '@interlink/runtime';
import { listen, type Listener, type ListenOptions } from '../server/listen.ts';

/** A directory that goes with the test. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'ilk-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Listens on a free port of this machine unless told otherwise. */
export function serve(app: FastifyInstance, options: Partial<ListenOptions> = {}): Promise<Listener> {
  return listen(app, { address: 'http://127.0.0.1:0', closeSeconds: 0.2, ...options }, silentLogger);
}

const defaultDeadlineMilliseconds = 20_000;
const pollMilliseconds = 10;

/** Resolves when the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + defaultDeadlineMilliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}
