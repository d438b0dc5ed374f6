import type {
  AttachRequest,
  CallOptions,
  ExecRequest,
  ExitStatus,
  PortForwardRequest,
  StreamSession,
} from '@interlink/spec';
import { runSession } from '../streams/run-session.ts';
import { buildStreamQuery } from '../streams/stream-query.ts';
import type { Calls, Remote } from './remote-calls.ts';

type StreamFeature = 'exec' | 'attach' | 'portForward';

/** One session, of any kind. */
interface Wanted {
  readonly feature: StreamFeature;
  readonly request: ExecRequest | AttachRequest | PortForwardRequest;
  readonly streams: StreamSession;
}

/** The streaming sessions of either hop. */
export function streamCalls({ peer, webSockets, timeouts, features }: Remote): Pick<Calls, StreamFeature> {
  async function run({ feature, request, streams }: Wanted, options: CallOptions = {}): Promise<ExitStatus> {
    const timeoutMilliseconds = timeouts.headersMilliseconds;
    const query = buildStreamQuery(request, { stdin: streams.stdin !== undefined });
    const asked = { operation: feature, path: `/${feature}`, query, timeoutMilliseconds, options };
    // Only the opening: an error of the session itself is the plugin's word, not a missing route.
    const socket = await features.use(feature, () => webSockets.open(asked), options);
    return runSession(socket, streams, { peer: peer.url, operation: feature, signal: options.signal });
  }

  return {
    exec: (request, streams, options) => run({ feature: 'exec', request, streams }, options),
    attach: (request, streams, options) => run({ feature: 'attach', request, streams }, options),
    async portForward(request, streams, options) {
      await run({ feature: 'portForward', request, streams }, options);
    },
  };
}
