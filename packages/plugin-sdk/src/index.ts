export { buildPluginApp } from './server/build-plugin-app.ts';
export { aroundCalls } from './measure/around-calls.ts';
export { measureCalls } from './measure/measure-calls.ts';
export { buildWireApp } from './server/build-wire-app.ts';
export { announce, servedFeatures } from './server/announce.ts';
export { callOptions } from './server/call-options.ts';
export { requiredMethod, sharedRoutes } from './server/shared-routes.ts';
export { answerJson, answerText } from './server/wire-route.ts';
export { acceptWebSocket, openUpgradeResponse } from './server/accept-web-socket.ts';
export { sessionId } from './server/session-id.ts';
export { followPeers } from './server/known-peers.ts';
export { listen } from './server/listen.ts';
export { serverConfigShape, withAddress } from './server/server-config.ts';
export { startPluginServer } from './server/start-plugin-server.ts';
export { openTokenFile } from './server/open-token-file.ts';
export { openCallerFile } from './server/open-caller-file.ts';
export { authenticateCertificate } from './server/authentication/certificate-authenticator.ts';
export { createOidcAuthenticator } from './server/authentication/oidc-authenticator.ts';
export { createTokenAuthenticator } from './server/authentication/token-authenticator.ts';
export { issuerProblems, oidcIssuerShape, readIssuer } from './server/authentication/oidc-config.ts';
export { signatureAlgorithms } from './server/authentication/oidc-settings.ts';
export { parseAddress } from './server/parse-address.ts';
export { createRemotePlugin } from './client/create-remote-plugin.ts';
export { measureToken } from './client/measure-token.ts';
export { createOAuthToken } from './client/oauth/create-oauth-token.ts';
export { oauthConfigSchema, readOAuthConfig } from './client/oauth/oauth-config.ts';
export { redactSecrets } from './client/redact-secrets.ts';
export { openChannelSocket } from './streams/channel-socket.ts';
export { channels } from './streams/channels.ts';
export { createFlowQueue } from './streams/flow-queue.ts';
export { serveSession } from './streams/serve-session.ts';
export { createRemoteInterLink } from './client/create-remote-interlink.ts';

export type { Upgrade, WebSocketAcceptance } from './server/accept-web-socket.ts';
export type { ChannelListener, ChannelSocket } from './streams/channel-socket.ts';
export type { ChannelMessage } from './streams/channels.ts';
export type { FlowControl, FlowQueue } from './streams/flow-queue.ts';
export type { ServedSession, SessionContext } from './streams/serve-session.ts';
export type { MeasuredToken } from './client/measure-token.ts';
export type { TokenOptions } from './client/read-token.ts';
export type { OAuthContext } from './client/oauth/create-oauth-token.ts';
export type { OAuthBlock, OAuthSource } from './client/oauth/oauth-config.ts';
export type { OAuthSettings, RefreshTokenSettings } from './client/oauth/oauth-settings.ts';
export type { RenewingToken } from './client/oauth/renewing-token.ts';
export type { CreateBody } from './client/redact-secrets.ts';
export type { ServerConfig } from './server/server-config.ts';
export type { PluginServerOptions } from './server/start-plugin-server.ts';
export type { OptionalMethods } from './server/announce.ts';
export type { SharedTarget } from './server/shared-routes.ts';
export type { Authenticator, Credentials } from './server/authentication/authenticator.ts';
export type { ClientCertificate } from './server/authentication/client-certificate.ts';
export type { OidcAuthenticator, OidcContext } from './server/authentication/oidc-authenticator.ts';
export type { IssuerProblem, OidcIssuerBlock } from './server/authentication/oidc-config.ts';
export type { OidcIssuer, SignatureAlgorithm } from './server/authentication/oidc-settings.ts';
export type { TokenEntry } from './server/authentication/parse-token-lines.ts';
export type { TokenSource } from './server/authentication/token-authenticator.ts';
export type { ServerOptions, WireAppOptions } from './server/server-options.ts';
export type { StreamAnswer, WireAnswer, WireRequest, WireRoute } from './server/wire-route.ts';
export type { KnownPeers } from './server/known-peers.ts';
export type { Listener, ListenOptions, ServerTls } from './server/listen.ts';
export type { Address } from './server/parse-address.ts';
export type { RemoteOptions, RemoteTimeouts, RemoteTls } from './client/remote-options.ts';

export { commonVerdicts, resolvedVerdicts, unlessAutomaticPull } from './pod/common-verdicts.ts';
export { expandVariables } from './pod/expand-variables.ts';
export { entryFor, judgePod } from './pod/judge-pod.ts';
export { containerResources, podResources } from './pod/pod-resources.ts';
export { formatQuantity, parseQuantity } from './pod/quantity.ts';
export { readFieldReference } from './pod/field-reference.ts';
export { readResourceReference } from './pod/resource-reference.ts';
export { resolvePod } from './pod/resolve-pod.ts';
export { resolveSubPath } from './pod/resolve-mounts.ts';
export { emulated, honoured, ignored, refused, unlessDefault, unmentioned } from './pod/verdict.ts';
export { volumeContents } from './pod/volume-contents.ts';
export { createFileLogSource } from './logs/create-file-log-source.ts';
export { normalizeLogOptions } from './logs/normalize-log-options.ts';
export { selectLog } from './logs/select-log.ts';

export type { PodResources, ResolvedResources, ResourceAmounts } from './pod/pod-resources.ts';
export type { QuantityFormat } from './pod/quantity.ts';
export type { ResourceReference } from './pod/resource-reference.ts';
export type { EnvironmentValues } from './pod/resolve-environment.ts';
export type { ResolvedMount } from './pod/resolve-mounts.ts';
export type {
  ContainerKind,
  ResolvedContainer,
  ResolvedPod,
  ResolvedVolume,
  ResolvePodOptions,
} from './pod/resolve-pod.ts';
export type { FieldVerdict, Verdict, VerdictContext, VerdictNote, VerdictRule, VerdictTable } from './pod/verdict.ts';
export type { HostPathType, VolumeContents } from './pod/volume-contents.ts';
export type { VolumeFile } from './pod/volume-files.ts';
export type { VolumeKind } from './pod/volume-kind.ts';
export type { FileLogOptions } from './logs/create-file-log-source.ts';
export type { LogSource, TimelineEntry } from './logs/log-source.ts';
export type { NormalLogOptions } from './logs/normalize-log-options.ts';
export type { SelectLogContext } from './logs/select-log.ts';
export type { Around, Operation } from './measure/around-calls.ts';
