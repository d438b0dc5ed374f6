import { isIP } from 'node:net';
import {
  BackendError,
  ForbiddenError,
  headers,
  isInterLinkError,
  TimeoutError,
  UnavailableError,
} from '@interlink/spec';
import type { CallOptions, RetrievedPodData } from '@interlink/spec';
import { redactSecrets } from '@interlink/plugin-sdk';
import { Agent, request } from 'undici';
import { isNeverABuilder, publicLookup } from './public-lookup.ts';

/** Options of {@link askJobScriptBuilder}. */
export interface BuilderCallOptions extends CallOptions {
  /** How long the builder may take, in seconds. Default 30. */
  readonly timeoutSeconds?: number;
}

/** More than any script; a builder that sends more is broken. */
const scriptLimitBytes = 16 * 1024 * 1024;
/** As much of an error answer as goes into the message that the pod author reads. */
const errorTextLimitCharacters = 500;

/**
 * Posts a pod's data to a job-script builder and gives the script that it answers. Redirects are not followed, and link-local addresses not asked.
 *
 * @throws BackendError when the builder refuses; UnavailableError when it cannot be reached; TimeoutError.
 */
export async function askJobScriptBuilder(
  url: URL,
  data: RetrievedPodData,
  options: BuilderCallOptions = {},
): Promise<string> {
  const timeoutSeconds = options.timeoutSeconds ?? 30;
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  try {
    return await post(url, data, { ...options, signal });
  } catch (error) {
    if (options.signal?.aborted === true) throw options.signal.reason;
    if (isInterLinkError(error)) throw error;
    if (deadline.aborted) {
      throw new TimeoutError(`the job-script builder at ${url.origin} took longer than ${timeoutSeconds} s`, {
        cause: error,
      });
    }
    throw new UnavailableError(`the job-script builder at ${url.origin} cannot be reached`, { cause: error });
  }
}

async function post(url: URL, data: RetrievedPodData, options: CallOptions & { signal: AbortSignal }): Promise<string> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && isNeverABuilder(host)) {
    throw new ForbiddenError(`the job-script builder at ${url.origin} has an address that none may have`);
  }
  const agent = new Agent({ connect: { lookup: publicLookup, minVersion: 'TLSv1.2' } });
  try {
    return await exchange(url, data, { ...options, dispatcher: agent });
  } finally {
    await agent.destroy();
  }
}

async function exchange(
  url: URL,
  data: RetrievedPodData,
  options: CallOptions & { signal: AbortSignal; dispatcher: Agent },
): Promise<string> {
  const session = options.sessionId === undefined ? {} : { [headers.session]: options.sessionId };
  const response = await request(url, {
    dispatcher: options.dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...session },
    body: JSON.stringify(data),
    signal: options.signal,
  });
  const text = await readText(response.body, url);
  if (response.statusCode >= 200 && response.statusCode < 300) return text;
  // FastAPI and others repeat their input.
  const words = redactSecrets(text, data).slice(0, errorTextLimitCharacters).trim();
  throw new BackendError(`the job-script builder at ${url.origin} answered ${response.statusCode}: ${words}`, {
    details: { status: response.statusCode },
  });
}

async function readText(body: AsyncIterable<Uint8Array>, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > scriptLimitBytes) {
      throw new BackendError(`the job-script builder at ${url.origin} sent more than ${scriptLimitBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
