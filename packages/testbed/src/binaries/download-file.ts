import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackendError, UnavailableError } from '@interlink/spec';
import type { ReleaseFile } from './release-files.ts';
import type { SourceContext } from './source.ts';

/** A host that does not answer a few hundred bytes in this time is taken as out of reach. */
const reachTimeoutMilliseconds = 5000;

function describeFailure(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer in ${reachTimeoutMilliseconds / 1000} s`;
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? String(error);
}

function unreachable(url: string, context: SourceContext): (cause: unknown) => never {
  return (cause) => {
    context.signal?.throwIfAborted();
    throw new UnavailableError(`${new URL(url).host} could not be reached (${describeFailure(cause)})`, { cause });
  };
}

async function get(url: string, context: SourceContext, limit?: AbortSignal): Promise<Response> {
  const signals = [limit, context.signal].filter((signal) => signal !== undefined);
  const response = await context.fetch(url, { signal: AbortSignal.any(signals) }).catch(unreachable(url, context));
  if (!response.ok) throw new BackendError(`${url} was answered with ${response.status}`);
  return response;
}

/** The published SHA-256 of a file. The first call to a host tells within seconds whether the host can be reached at all. */
export async function fetchChecksum(file: ReleaseFile, context: SourceContext): Promise<string> {
  const response = await get(file.checksumUrl, context, AbortSignal.timeout(reachTimeoutMilliseconds));
  const text = await response.text().catch(unreachable(file.checksumUrl, context));
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const line = lines.find(([, name]) => name === file.fileName) ?? lines.find((words) => words.length === 1);
  const checksum = line?.[0] ?? '';
  if (!/^[0-9a-f]{64}$/.test(checksum))
    throw new BackendError(`${file.checksumUrl} holds no checksum of ${file.fileName}`);
  return checksum;
}

/** What to save, where, and how to know it. */
export interface SaveOptions {
  readonly file: ReleaseFile;
  /** SHA-256 in hexadecimal. */
  readonly checksum: string;
  readonly path: string;
  /** Called with the part that has come, from 0 to 1, where the server says the size. */
  readonly onFraction: (fraction: number) => void;
}

/** Writes a release file to a path; a `BackendError` when its checksum is not the expected one. */
export async function saveFile(
  { file, checksum, path, onFraction }: SaveOptions,
  context: SourceContext,
): Promise<void> {
  const response = await get(file.url, context);
  if (response.body === null) throw new BackendError(`${file.url} was answered with nothing`);
  const total = Number(response.headers.get('content-length'));
  const hash = createHash('sha256');
  let received = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      if (total > 0) onFraction(received / total);
      done(undefined, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(path)).catch(
    unreachable(file.url, context),
  );
  if (hash.digest('hex') !== checksum) throw new BackendError(`the checksum of ${file.url} is not the published one`);
}
