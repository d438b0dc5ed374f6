import { isInterLinkError, parseWire, type PingResponse } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { trimWords } from './error-from-answer.ts';
import { parseObject } from './unwrap-peer-text.ts';

/** The body without the top-level key that holds the field at fault; undefined when there is none. */
function withoutFault(body: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> | undefined {
  const key = /^[^.[]+/.exec(field)?.[0] ?? '';
  if (!Object.hasOwn(body, key)) return undefined;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== key));
}

/**
 * The answer to a ping. Any text means alive: an object is read, without the keys that make no sense; everything else becomes
 * the status in words.
 */
export function parsePingAnswer(text: string, logger: Logger): PingResponse {
  let body = parseObject(text) as Record<string, unknown> | undefined;
  while (body !== undefined) {
    try {
      return parseWire('PingResponse', body);
    } catch (error) {
      const field = isInterLinkError(error) ? (error.field ?? '') : '';
      logger.warn({ field }, 'part of the ping answer ignored');
      body = withoutFault(body, field);
    }
  }
  return { status: trimWords(text) };
}
