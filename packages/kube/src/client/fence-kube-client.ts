import type { KubeClient } from './kube-client.ts';

/**
 * The same client, whose writes go out only while `check` does not throw; it is asked at the last moment. Reading and watching stay free. Disposing it
 * does nothing: the connections are those of the client it is made from.
 */
export function fenceKubeClient(client: KubeClient, check: () => void): KubeClient {
  return {
    server: client.server,
    request: (request) => client.request(request.method === 'GET' ? request : { ...request, beforeSend: check }),
    stream: (request) => client.stream(request),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
