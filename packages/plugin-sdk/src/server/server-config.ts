import { ConfigError } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';
import { z } from 'zod';
import { issuerProblems, oidcIssuerShape } from './authentication/oidc-config.ts';
import { parseAddress } from './parse-address.ts';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');

/** What is wrong with an address; undefined for a good one. */
function problemOf(text: string): string | undefined {
  try {
    parseAddress(text);
    return undefined;
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    return error.message;
  }
}

const address = z.string().superRefine((text, context) => {
  const message = problemOf(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** A plugin knows no virtual nodes: who may act for which one is the API server's business. */
const { nodesClaim: _, ...pluginIssuerShape } = oidcIssuerShape;

const oidc = z.array(z.strictObject(pluginIssuerShape)).superRefine((issuers, context) => {
  for (const { index, key, message } of issuerProblems(issuers))
    context.addIssue({ code: 'custom', path: [index, key], message });
});

/** The keys of a plugin's configuration that say where and for whom it listens; part of the strict schema of every plugin. */
export const serverConfigShape = {
  address: address
    .optional()
    .describe(
      'Where the plugin listens: unix:///path, http://127.0.0.1:4000 or https://…. Default: a unix socket with mode 0600, plugin.sock in the work directory.',
    ),
  insecure: z
    .boolean()
    .default(false)
    .describe('Listen on an address that others can reach without TLS and a credential. Logged as a warning.'),
  tokenFile: absolutePath
    .optional()
    .describe(
      'Bearer tokens that callers must have one of, one a line. Read anew whenever it is needed. Default: none is asked for.',
    ),
  oidc: oidc.default([]).describe('OpenID issuers whose tokens are taken, beside those of tokenFile. Default: none.'),
  profiling: z
    .boolean()
    .default(false)
    .describe(
      'Serve /debug/profile and /debug/heap to whoever may call. A heap holds the secrets of all pods. Needs an address or credentials that keep others out.',
    ),
  tls: z
    .strictObject({
      certFile: absolutePath.describe('Certificate chain in PEM.'),
      keyFile: absolutePath.describe('Private key in PEM.'),
      caFile: absolutePath.optional().describe('Certificates that callers must have one of (mutual TLS).'),
    })
    .optional()
    .describe('Needed for an https address.'),
};

/** The checked values of {@link serverConfigShape}. */
export type ServerConfig = z.output<z.ZodObject<typeof serverConfigShape>>;

/**
 * The configuration with the address of the command line in place of its own.
 *
 * @throws ConfigError naming `--address`.
 */
export function withAddress<Config extends ServerConfig>(config: Config, text: string | undefined): Config {
  if (text === undefined) return config;
  const message = problemOf(text);
  if (message !== undefined) throw new ConfigError(`--address: ${message}`);
  return { ...config, address: text };
}
