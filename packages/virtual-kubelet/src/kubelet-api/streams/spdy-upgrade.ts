import type { IncomingMessage } from 'node:http';
import { ForbiddenError } from '@interlink/spec';
import type { Upgrade } from '@interlink/plugin-sdk';

const protocolHeader = 'x-stream-protocol-version';

/** True for a request to go on in SPDY/3.1, as API servers before Kubernetes 1.36 reach a kubelet. */
export function asksForSpdy(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'spdy/3.1';
}

/**
 * Accepts the upgrade with the protocol of the streams. A client that names none gets it as well, as from a kubelet.
 *
 * @throws ForbiddenError, a kubelet's answer, when the client names other protocols only; nothing has been sent then.
 */
export function acceptSpdy(request: IncomingMessage, { socket }: Upgrade, protocol: string): void {
  const offered = [request.headers[protocolHeader] ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((name) => name.trim());
  if (offered.length > 0 && !offered.includes(protocol)) {
    throw new ForbiddenError(`none of the protocols ${offered.join(', ')} is spoken here, but ${protocol}`);
  }
  const lines = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
}
