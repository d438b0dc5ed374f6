import { readFile } from 'node:fs/promises';
import {
  allowInsecureRequests,
  AuthorizationResponseError,
  ClientSecretBasic,
  customFetch,
  genericTokenEndpointRequest,
  None,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { Agent, fetch as undiciFetch } from 'undici';
import { UnauthenticatedError, UnavailableError, type InterLinkError } from '@interlink/spec';
import type { OAuthSettings } from './oauth-settings.ts';

/** What a token endpoint gave. */
export interface GrantedToken {
  readonly accessToken: string;
  /** Undefined when the server does not say. */
  readonly lifetimeSeconds: number | undefined;
  readonly refreshToken: string | undefined;
}

const timeoutMilliseconds = 15_000;

/**
 * Asks a token endpoint once: by refresh token when there is one, else by client credentials.
 *
 * @throws UnauthenticatedError when the server refuses the credentials, UnavailableError for everything else. No secret and no token is in an error.
 */
export async function requestToken(settings: OAuthSettings, refreshToken?: string): Promise<GrantedToken> {
  try {
    const answer = await exchange(settings, refreshToken);
    return {
      accessToken: answer.access_token,
      lifetimeSeconds: answer.expires_in,
      refreshToken: answer.refresh_token,
    };
  } catch (error) {
    throw translate(error, settings.tokenEndpoint);
  }
}

async function exchange(settings: OAuthSettings, refreshToken: string | undefined): Promise<TokenEndpointResponse> {
  const { tokenEndpoint, clientId, caFile } = settings;
  const secret =
    settings.clientSecretFile === undefined ? settings.clientSecret : await readSecret(settings.clientSecretFile);
  const server = { issuer: new URL(tokenEndpoint).origin, token_endpoint: tokenEndpoint };
  const client = { client_id: clientId };
  const authentication = secret === undefined ? None() : ClientSecretBasic(secret.trim());
  const agent = new Agent({ connect: { ...(caFile && { ca: await readFile(caFile) }), minVersion: 'TLSv1.2' } });
  const grant = refreshToken === undefined ? 'client_credentials' : 'refresh_token';
  try {
    const fields = form(settings, refreshToken);
    const response = await genericTokenEndpointRequest(server, client, authentication, grant, fields, {
      [customFetch]: (url, options) => post(url, options, agent),
      // Whether http is good enough here was checked when the settings were read.
      [allowInsecureRequests]: true,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    return await processGenericTokenEndpointResponse(server, client, response);
  } finally {
    await agent.destroy();
  }
}

async function readSecret(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UnavailableError(`the client secret file ${file} cannot be read`, {
      cause: error,
      details: { notSent: true },
    });
  }
}

function form({ audience, scope }: OAuthSettings, refreshToken: string | undefined): Record<string, string> {
  return {
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(audience === undefined ? {} : { audience }),
    ...(scope === undefined ? {} : { scope }),
  };
}

interface PostOptions {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  readonly signal?: AbortSignal | undefined;
}

async function post(url: string, options: PostOptions, dispatcher: Agent): Promise<Response> {
  const { headers, signal, method } = options;
  const body = String(options.body);
  const sent = { method, headers, body, dispatcher, redirect: 'manual' as const, ...(signal && { signal }) };
  const response = await undiciFetch(url, sent);
  const text = readFields(await response.text());
  return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
}

/** As JSON: GitHub answers as a form. Without the ID token, which is about somebody's login and is not asked for here. */
function readFields(text: string): string {
  try {
    const { id_token: _, ...fields } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(fields);
  } catch {
    return JSON.stringify(Object.fromEntries(new URLSearchParams(text)));
  }
}

function translate(error: unknown, endpoint: string): InterLinkError {
  const server = new URL(endpoint).origin;
  const details = { notSent: true };
  if (error instanceof UnavailableError) return error;
  // The library's errors carry the answer, and some servers repeat what they were sent: the code alone is safe.
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const code = /^[a-z_]{1,64}$/.test(error.error) ? error.error : 'an error';
    return new UnauthenticatedError(`${server} gives no token: ${code}`, { details });
  }
  const reason = error instanceof Error ? (codeOf(error) ?? error.name) : 'an error';
  return new UnavailableError(`${server} gave no token (${reason})`, { details });
}

function codeOf(error: Error): string | undefined {
  const inner = error.cause instanceof Error ? error.cause : error;
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
}
