import type { CallOptions, InterLinkApi } from '@interlink/spec';
import { markRemote } from '../remote-peers.ts';
import { createRemoteCalls, type Hop } from './remote-calls.ts';
import type { RemoteOptions } from './remote-options.ts';

const hop: Hop = { ping: { method: 'POST', path: '/pinglink' }, deleteMethod: 'DELETE' };

/**
 * An interLink API server that is reached over HTTP (hop A), ours or the Go one. Behaves as `createRemotePlugin` does.
 *
 * @throws InvalidInputError for a URL that cannot be used.
 */
export function createRemoteInterLink(options: RemoteOptions): InterLinkApi {
  const { post, timeouts, ...calls } = createRemoteCalls(options, hop);
  const updateCache = async (uid: string, call?: CallOptions): Promise<void> => {
    // The Go server takes the whole body as the UID, so it is bare.
    const timeoutMilliseconds = timeouts.statusMilliseconds;
    await post({ operation: 'updateCache', path: '/updateCache', body: uid, timeoutMilliseconds, options: call });
  };
  return markRemote({ ...calls, updateCache });
}
