import { InternalError } from '@interlink/spec';

/** Texts, each ended by a NUL byte: any bytes but NUL come out of it as they went in. */
export function formatNulList(items: readonly string[]): string {
  if (items.some((item) => item.includes('\0'))) throw new InternalError('a text with a NUL byte got past validation');
  return items.map((item) => `${item}\0`).join('');
}
