/** How a client gets its tokens from an OAuth 2.0 server. */
export interface OAuthSettings {
  /** `https`, or `http` on loopback. */
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** File with the secret of the client, read for each renewal. Default: none, a public client. */
  readonly clientSecretFile?: string;
  /** In place of the file, for a secret that came by the environment. */
  readonly clientSecret?: string;
  /** Without it tokens come by client credentials; with it by refresh token. */
  readonly refreshToken?: RefreshTokenSettings;
  /** Sent as `audience`. Default: none. */
  readonly audience?: string;
  /** Scopes with blanks between. Default: those of the client. */
  readonly scope?: string;
  /** PEM; trusted for the connection in place of the system's certificate authorities. */
  readonly caFile?: string;
}

/** Where the refresh token is. */
export interface RefreshTokenSettings {
  /** File with the first one; a new content starts anew. */
  readonly file?: string;
  /** In place of the file, for a token that came by the environment. */
  readonly value?: string;
  /** Keeps the one that the server gave last, mode 0600: most servers take each one once. Its directory is made. */
  readonly stateFile: string;
}
