import { UnsupportedError, type StreamSession } from '@interlink/spec';
import { parseStreamQuery } from '../streams/stream-query.ts';
import type { OptionalMethods } from './announce.ts';
import { callOptions } from './call-options.ts';
import type { WireAnswer, WireRequest, WireRoute } from './wire-route.ts';

type StreamingMethods = Pick<OptionalMethods, 'exec' | 'attach' | 'portForward'>;

function offered<T>(method: T | undefined, feature: string): T {
  if (method === undefined) throw new UnsupportedError(`this server does not offer the feature "${feature}"`);
  return method;
}

/** The routes of streaming sessions, the same on both hops. Features and parameters are checked before the WebSocket is opened. */
export function streamRoutes(target: StreamingMethods): WireRoute[] {
  const route = (path: string, answer: (request: WireRequest) => WireAnswer): WireRoute => ({
    path,
    handle: (request) => Promise.resolve().then(() => answer(request)),
  });
  return [
    route('/exec', (wire) => {
      const exec = offered(target.exec?.bind(target), 'exec');
      const { stdin = false, ...request } = parseStreamQuery('ExecRequest', wire.query);
      const resize = request.tty === true;
      return { kind: 'session', stdin, resize, run: (streams) => exec(request, streams, callOptions(wire)) };
    }),
    route('/attach', (wire) => {
      const attach = offered(target.attach?.bind(target), 'attach');
      const { stdin = false, ...request } = parseStreamQuery('AttachRequest', wire.query);
      const resize = request.tty === true;
      return { kind: 'session', stdin, resize, run: (streams) => attach(request, streams, callOptions(wire)) };
    }),
    route('/portForward', (wire) => {
      const forward = offered(target.portForward?.bind(target), 'portForward');
      const request = parseStreamQuery('PortForwardRequest', wire.query);
      const run = async (streams: StreamSession): Promise<undefined> => {
        await forward(request, streams, callOptions(wire));
      };
      return { kind: 'session', stdin: true, resize: false, run };
    }),
  ];
}
