const certificateBlock = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;
const lineLength = 64;

/** The certificates of several PEM texts as one, each once; what stands between them is dropped. The order follows from the certificates alone. */
export function joinTrustAnchors(texts: readonly string[]): string {
  const bodies = texts.flatMap((text) => [...text.matchAll(certificateBlock)].map(([, body = '']) => canonical(body)));
  return [...new Set(bodies)].toSorted().map(encode).join('');
}

function canonical(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64');
}

function encode(base64: string): string {
  const lines = base64.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
