import { createHash } from 'node:crypto';
import { ForbiddenError, NotFoundError, UnavailableError, type InterLinkError } from '@interlink/spec';

/** What a registry answered. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const longestWords = 300;

/** The error for an answer that is no success: what the registry said, in its own words. */
export function refusalOf({ status, body }: RegistryAnswer, registry: string): InterLinkError {
  const words = registryWords(body);
  const details = { status };
  if (status === 404) return new NotFoundError(words ?? 'manifest unknown', { details });
  if (status === 401) return new ForbiddenError(words ?? 'unauthorized', { details });
  if (status === 403) return new ForbiddenError(words ?? 'denied', { details });
  return new UnavailableError(`${registry} answered ${status}`, { details });
}

/** The registry's own message, e.g. `manifest unknown`. */
function registryWords(body: Buffer): string | undefined {
  const { errors } = parseJsonObject(body);
  const [first] = Array.isArray(errors) ? (errors as { code?: unknown; message?: unknown }[]) : [];
  const words = [first?.message, first?.code].find((text) => typeof text === 'string' && text !== '');
  return typeof words === 'string' ? words.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, longestWords) : undefined;
}

/** The object in a body; an empty one where there is none. */
export function parseJsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** `sha256:…` of a body. */
export function digestOf(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** The first value of a header. */
export function headerOf({ headers }: RegistryAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
