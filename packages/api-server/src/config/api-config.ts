import type { OAuthSettings, RemoteTls, ServerTls } from '@interlink/plugin-sdk';
import type { ScriptBuildConfig } from '@interlink/spec';
import type { LogLevel, ProfilingSettings } from '@interlink/runtime';
import type { CallerSettings } from './read-callers.ts';

/** Configuration of an API server process, checked. */
export interface ApiServerConfig {
  /** Where virtual kubelets reach it: `unix:///path`, `http://host:port` or `https://host:port`. */
  readonly address: string;
  /** Needed for an https address. With `caFile`, callers must show a certificate of that authority. */
  readonly tls?: ServerTls;
  /** File with the bearer tokens of the callers, one a line; read again for each request. */
  readonly callerTokenFile?: string;
  /** Who else may call, and for which virtual nodes. */
  readonly callers?: CallerSettings;
  /** True: an address that other machines can reach is taken without TLS or credential, with a warning. */
  readonly insecure: boolean;
  /** The plugin behind it. */
  readonly plugin: PluginConnection;
  /** Where job scripts come from. */
  readonly jobScript: JobScriptConfig;
  /** Bounds of the status cache. */
  readonly cache: { readonly maximumEntries?: number; readonly lifetimeSeconds?: number };
  /** Set: profiles of the process, on loopback. */
  readonly profiling?: ProfilingSettings;
  /** Lines below this severity are not written. */
  readonly logLevel: LogLevel;
}

/** How the plugin is reached. */
export interface PluginConnection {
  /** `unix:///path`, `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** For https. */
  readonly tls?: RemoteTls;
  /** File with the bearer token that the plugin asks for; read again for each call. */
  readonly tokenFile?: string;
  /** How the bearer token is got; wins over the file. */
  readonly oauth?: OAuthSettings;
}

/** The job-script part of {@link ApiServerConfig}. */
export interface JobScriptConfig {
  /** Builder that gets every pod whose request names none. */
  readonly builderUrl?: string;
  /** Hosts that a request's `jobscriptURL` may name, as `host` or `host:port`. */
  readonly allowedHosts: readonly string[];
  /** How long a builder may take, in seconds. */
  readonly timeoutSeconds?: number;
  /** What a builder is told of the site. */
  readonly buildConfig?: ScriptBuildConfig;
  /** File with a template in Go's text/template syntax, used where no builder is named. */
  readonly templateFile?: string;
}
