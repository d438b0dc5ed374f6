import { InvalidInputError, type ConfigMap, type Secret } from '@interlink/spec';

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Keys of a ConfigMap with their bytes: text as UTF-8, `binaryData` decoded. */
export function configMapContent(map: ConfigMap, field: string): Map<string, Uint8Array> {
  const content = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(map.data ?? {})) content.set(key, Buffer.from(text, 'utf8'));
  for (const [key, text] of Object.entries(map.binaryData ?? {}))
    content.set(key, decodeBase64(text, `${field}[${key}]`));
  return content;
}

/** Keys of a Secret with their bytes. `stringData`, which only a file written by hand has, wins as it does in an API server. */
export function secretContent(secret: Secret, field: string): Map<string, Uint8Array> {
  const content = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(secret.data ?? {})) content.set(key, decodeBase64(text, `${field}[${key}]`));
  for (const [key, text] of Object.entries(secret.stringData ?? {})) content.set(key, Buffer.from(text, 'utf8'));
  return content;
}

function decodeBase64(text: string, field: string): Uint8Array {
  const compact = text.replace(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !base64.test(compact))
    throw new InvalidInputError(`${field} is not base64`, { field });
  return Buffer.from(compact, 'base64');
}
