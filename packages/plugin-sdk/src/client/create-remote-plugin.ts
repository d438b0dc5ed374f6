import type { Plugin } from '@interlink/spec';
import { markRemote } from '../remote-peers.ts';
import { createCall, createRemote, sharedCalls, updateCall, type Hop } from './remote-calls.ts';
import type { RemoteOptions } from './remote-options.ts';

const hop: Hop = { ping: { method: 'GET', path: '/status', body: '[]' }, deleteMethod: 'POST' };

/**
 * A plugin that is reached over HTTP (hop B): ours, or one of the Go and Python plugins.
 *
 * @remarks
 * Connects with the first call and keeps its connections; dispose it to close them. Each call has a deadline. Ping, status and list are
 * asked again on a broken connection, create, update and delete only when nothing of them was sent: an error with `details.ambiguous` may have
 * happened at the peer. `list`, `watch`, `exec`,
 * `attach`, `portForward`, `stats` and `update` reject with UnsupportedError unless the peer's last ping answer announced them. A
 * foreign plugin that says nothing of a pod leaves it out of the status.
 * @throws InvalidInputError for a URL that cannot be used.
 */
export function createRemotePlugin(options: RemoteOptions): Plugin {
  const remote = createRemote(options, hop);
  return markRemote({
    name: options.name ?? 'remote',
    ...sharedCalls(remote, hop),
    create: createCall(remote),
    update: updateCall(remote),
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  });
}
