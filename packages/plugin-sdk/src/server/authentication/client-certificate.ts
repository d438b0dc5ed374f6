import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What a client certificate says of its owner. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** One value, several, or none, as Node gives the parts of a subject. */
function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The client certificate of a connection; undefined without TLS, without a certificate, or when none of the server's authorities signed it. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject = socket.getPeerCertificate().subject as Readonly<Record<string, string | string[]>> | undefined;
  const [commonName = '', ...others] = listOf(subject?.['CN']);
  // Two common names are an attempt to be somebody else for whoever reads the other one.
  if (subject === undefined || commonName === '' || others.length > 0) return undefined;
  return { commonName, organizations: listOf(subject['O']) };
}
