import type { Server } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { splitCertificates } from '@interlink/runtime';

/** The TLS connections of a server. */
export interface KnownPeers {
  /**
   * Cuts every connection whose client certificate is judged otherwise by new authorities: it was believed and would not be, or the other way round. Both would
   * last as long as the connection, which a client that is busy never closes.
   *
   * @param authorities PEM.
   */
  judgeAgain(authorities: string): void;
}

/** Follows the TLS connections of a server from now on. */
export function followPeers(server: Server): KnownPeers {
  const sockets = new Set<TLSSocket>();
  /** How often authorities had changed when a connection began, by its other end. */
  const beginnings = new Map<string, number>();
  let changes = 0;
  let known: readonly X509Certificate[] = [];

  function judge(socket: TLSSocket): void {
    const chain = chainOf(socket);
    if (chain.length > 0 && isVouchedFor(chain, known) !== socket.authorized) socket.destroy();
  }

  server.on('connection', (socket) => {
    const end = otherEnd(socket);
    beginnings.set(end, changes);
    socket.once('close', () => beginnings.delete(end));
  });
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Authorities that changed during the handshake had no say in it.
    if (beginnings.get(otherEnd(socket)) !== changes) judge(socket);
  });
  return {
    judgeAgain(authorities) {
      changes += 1;
      known = splitCertificates(authorities);
      sockets.forEach(judge);
    },
  };
}

/** What tells connections apart that are open at the same time. */
function otherEnd(connection: Duplex): string {
  // The types allow a server over other streams; this one is over TCP.
  return connection instanceof Socket ? `${connection.remoteAddress} ${connection.remotePort}` : '';
}

/** The certificate that the client showed, and those above it as far as they are known. */
function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined;
  // A self-signed certificate is its own issuer.
  while (next?.raw !== undefined && !chain.some(({ raw }) => raw.equals(next?.raw ?? Buffer.alloc(0)))) {
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

function isVouchedFor(chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean {
  return chain.some((certificate) =>
    authorities.some(
      (authority) =>
        authority.raw.equals(certificate.raw) ||
        (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)),
    ),
  );
}
