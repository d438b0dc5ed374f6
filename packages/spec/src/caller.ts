/** Who calls, as a server established it from the caller's credentials. */
export interface Caller {
  /**
   * Names one caller of a server: a name from its token file, the common name of a client certificate, or a claim of a token with the
   * prefix of its issuer.
   */
  readonly name: string;
  /** Groups that the credentials vouch for; those of an issuer have its prefix. */
  readonly groups: readonly string[];
  /** What kind of credential vouched. */
  readonly by: 'token' | 'oidc' | 'certificate';
  /** Virtual nodes that the credential itself names. */
  readonly nodes?: readonly string[];
}
