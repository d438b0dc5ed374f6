import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@interlink/runtime';
import { z } from 'zod';
import { isTrustworthy } from '../../server/authentication/issuer-client.ts';
import type { OAuthSettings, RefreshTokenSettings } from './oauth-settings.ts';

const text = z.string().trim().min(1);

/** A block of a YAML file that says how a client gets its tokens; strict. Secrets stand in files, never in it. */
export const oauthConfigSchema = z.strictObject({
  TokenURL: text.optional().describe('Token endpoint; https, or http on loopback.'),
  ClientID: text.optional().describe('Name of the client.'),
  ClientSecretFile: text
    .optional()
    .describe('File with the secret of the client, read for each renewal. Default: none.'),
  GrantType: z
    .enum(['client_credentials', 'refresh_token', 'authorization_code'])
    .optional()
    .describe(
      '`authorization_code` means `refresh_token`. Default: client_credentials, refresh_token where there is one.',
    ),
  RefreshTokenFile: text.optional().describe('File with the first refresh token.'),
  StateFile: text
    .optional()
    .describe(
      'Keeps the refresh token that came last. Default: interlink/oauth2-… in $XDG_STATE_HOME or ~/.local/state.',
    ),
  Audience: text.optional().describe('Sent as audience. Default: none.'),
  Scope: text.optional().describe('Scopes, with blanks between. Default: those of the client.'),
  CACertFile: text.optional().describe('Certificate authorities of the server, PEM. Default: those of the system.'),
});

/** What the file says. */
export type OAuthBlock = z.output<typeof oauthConfigSchema>;

/** Where {@link readOAuthConfig} looks. */
export interface OAuthSource {
  /** File and key, for messages. */
  readonly where: string;
  /** `IAM_TOKEN_ENDPOINT` and the other names of the token refresher beside the Go virtual kubelet; the file wins. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * How a client gets its tokens, from a block of a file and the environment of the Go system's token refresher; undefined when neither says so.
 *
 * @throws ConfigError naming file and key, or the environment's name.
 */
export function readOAuthConfig(block: OAuthBlock | null | undefined, source: OAuthSource): OAuthSettings | undefined {
  const { where, environment } = source;
  const named = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const { TokenURL: tokenEndpoint = named('IAM_TOKEN_ENDPOINT'), ClientID: clientId = named('IAM_CLIENT_ID') } =
    block ?? {};
  if (block == null && tokenEndpoint === undefined) return undefined;
  if (tokenEndpoint === undefined || clientId === undefined) {
    throw new ConfigError(`${where}: TokenURL and ClientID are required (or IAM_TOKEN_ENDPOINT and IAM_CLIENT_ID)`);
  }
  if (!URL.canParse(tokenEndpoint) || !isTrustworthy(new URL(tokenEndpoint))) {
    throw new ConfigError(`${where}: TokenURL must be an https URL, or http on loopback`);
  }
  const { ClientSecretFile, Audience = named('IAM_VK_AUD'), Scope, CACertFile } = block ?? {};
  const secret = ClientSecretFile === undefined ? named('IAM_CLIENT_SECRET') : undefined;
  const refreshToken = readRefreshToken(block ?? {}, source, stateName(tokenEndpoint, clientId));
  return {
    tokenEndpoint,
    clientId,
    ...(ClientSecretFile === undefined ? {} : { clientSecretFile: ClientSecretFile }),
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(Audience === undefined ? {} : { audience: Audience }),
    ...(Scope === undefined ? {} : { scope: Scope }),
    ...(CACertFile === undefined ? {} : { caFile: CACertFile }),
  };
}

/** One for each client: several nodes of a process may share one refresh token. */
function stateName(tokenEndpoint: string, clientId: string): string {
  const digest = createHash('sha256').update(`${tokenEndpoint}\n${clientId}`).digest('hex');
  return `oauth2-${digest.slice(0, 12)}.json`;
}

function readRefreshToken(
  block: OAuthBlock,
  { where, environment }: OAuthSource,
  stateName: string,
): RefreshTokenSettings | undefined {
  const { RefreshTokenFile: file, StateFile } = block;
  const fromEnvironment = environment['IAM_REFRESH_TOKEN']?.trim() || undefined;
  const value = file === undefined ? fromEnvironment : undefined;
  const grant = block.GrantType ?? environment['IAM_GRANT_TYPE']?.trim();
  if (grant === 'client_credentials') return undefined;
  if (file === undefined && value === undefined) {
    if (grant === undefined || grant === '') return undefined;
    throw new ConfigError(`${where}: RefreshTokenFile is required for the grant ${grant} (or IAM_REFRESH_TOKEN)`);
  }
  const state = environment['XDG_STATE_HOME']?.trim() || join(homedir(), '.local', 'state');
  const stateFile = StateFile ?? join(state, 'interlink', stateName);
  return { stateFile, ...(file === undefined ? {} : { file }), ...(value === undefined ? {} : { value }) };
}
