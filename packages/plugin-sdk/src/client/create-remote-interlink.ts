import type { CallOptions, InterLinkApi } from '@interlink/spec';
import { markRemote } from '../remote-peers.ts';
import { createCall, createRemote, sharedCalls, updateCall, type Hop } from './remote-calls.ts';
import type { RemoteOptions } from './remote-options.ts';

const hop: Hop = { ping: { method: 'POST', path: '/pinglink' }, deleteMethod: 'DELETE' };

/**
 * An interLink API server that is reached over HTTP (hop A), ours or the Go one. Behaves as `createRemotePlugin` does.
 *
 * @throws InvalidInputError for a URL that cannot be used.
 */
export function createRemoteInterLink(options: RemoteOptions): InterLinkApi {
  const remote = createRemote(options, hop);
  const updateCache = async (uid: string, call?: CallOptions): Promise<void> => {
    const own = { operation: 'updateCache', method: 'POST', path: '/updateCache' } as const;
    // The Go server takes the whole body as the UID, so it is bare.
    await remote.peer.call({
      ...own,
      body: uid,
      timeoutMilliseconds: remote.timeouts.statusMilliseconds,
      options: call,
    });
  };
  return markRemote({
    name: options.name ?? 'remote',
    ...sharedCalls(remote, hop),
    create: createCall(remote),
    update: updateCall(remote),
    updateCache,
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  });
}
