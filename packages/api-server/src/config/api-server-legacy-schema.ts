import { z } from 'zod';
import { pprofSchema, type KeyShape } from '@interlink/runtime';
import { oauthConfigSchema } from '@interlink/plugin-sdk';
import { callerShape } from './caller-schema.ts';

/** Go decodes numbers into string fields; an empty string means unset. */
const text = z.union([z.string(), z.number().transform(String)]).transform((value) => value.trim());
const optionalText = z
  .union([text, z.null()])
  .optional()
  .transform((value) => (value === '' || value === null ? undefined : value));
const optionalFlag = z.boolean().nullish();
const optionalCount = z.number().int().nonnegative().nullish();

/** The block of keys that the Go API server does not have; strict, because nothing but this program reads it. */
export const extensionsSchema = z.strictObject({
  CallerTokenFile: optionalText.describe(
    'File with the bearer tokens of the callers, one a line, with name and groups. Default: none is asked for.',
  ),
  ...callerShape,
  PluginTokenFile: optionalText.describe('File with the bearer token that the plugin asks for. Default: none is sent.'),
  PluginOAuth2: oauthConfigSchema
    .nullish()
    .describe('How the token for the plugin is got, in place of PluginTokenFile.'),
  PluginTLS: z
    .strictObject({
      CACertFile: optionalText.describe('Certificate authorities of the plugin, PEM. Default: those of the system.'),
      CertFile: optionalText.describe('Client certificate for the plugin, PEM.'),
      KeyFile: optionalText.describe('Key of the client certificate, PEM.'),
    })
    .nullish()
    .describe('For a SidecarURL that begins with https.'),
  JobScriptBuilderURL: optionalText.describe(
    'Job-script builder for every pod whose request names none; requests may name it too.',
  ),
  JobScriptAllowedHosts: z
    .array(z.string().min(1))
    .nullish()
    .describe(
      'Hosts that the jobscriptURL of a request may name, as host or host:port; a host alone has the port of the scheme. Default: none.',
    ),
  JobScriptTimeoutSeconds: z
    .number()
    .positive()
    .nullish()
    .describe('How long a builder may take, in seconds. Default: 30.'),
  StatusCacheEntries: z.number().int().positive().nullish().describe('Statuses kept in memory. Default: 50,000.'),
  StatusCacheSeconds: z
    .number()
    .positive()
    .nullish()
    .describe('How long a status without news is kept. Default: 86,400.'),
});

const tlsSchema = z.object({
  Enabled: optionalFlag,
  CertFile: optionalText,
  KeyFile: optionalText,
  CACertFile: optionalText,
});

const jobScriptBuildSchema = z.object({
  singularity_hub: z
    .object({ server: optionalText, master_token: optionalText, cache_validity_seconds: optionalCount })
    .nullish(),
  apptainer_options: z
    .object({
      executable: optionalText,
      fakeroot: optionalFlag,
      containall: optionalFlag,
      fuse_mode: optionalText,
      no_init: optionalFlag,
      no_home: optionalFlag,
      no_privs: optionalFlag,
      nvidia_support: optionalFlag,
      cleanenv: optionalFlag,
      unsquash: optionalFlag,
    })
    .nullish(),
  volumes_options: z
    .object({
      scratch_area: optionalText,
      apptainer_cachedir: optionalText,
      image_dir: optionalText,
      additional_directories_in_path: z.array(z.string()).nullish(),
      fuse_sleep_seconds: optionalCount,
    })
    .nullish(),
});

/** The YAML file of the Go API server, with the {@link extensionsSchema} block. Loose: unknown keys are warned about elsewhere. */
export const legacyFileSchema = z.object({
  InterlinkAddress: optionalText,
  InterlinkPort: optionalText,
  SidecarURL: optionalText,
  SidecarPort: optionalText,
  JobScriptBuildConfig: jobScriptBuildSchema.nullish(),
  JobScriptTemplate: optionalText,
  VerboseLogging: optionalFlag,
  ErrorsOnlyLogging: optionalFlag,
  TLS: tlsSchema.nullish(),
  Pprof: pprofSchema.nullish(),
  Extensions: extensionsSchema.nullish(),
});

/** What the file says, checked. */
export type LegacyFile = z.output<typeof legacyFileSchema>;
/** The job-script part of it. */
export type LegacyJobScriptBuild = z.output<typeof jobScriptBuildSchema>;

/** Every key that the Go API server or this program reads, for warnings about the others. */
export const legacyKeys: KeyShape = {
  ...shapeOf(legacyFileSchema),
  Pprof: { Enabled: true, Address: true, Port: true },
  // Documented for the Go API server, read by plugins alone.
  DataRootFolder: true,
  Extensions: true,
};

function shapeOf(schema: z.ZodObject): { readonly [key: string]: KeyShape } {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, value]) => [key, shapeOfValue(value as z.ZodType)]),
  );
}

function shapeOfValue(schema: z.ZodType): KeyShape {
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap();
  return inner instanceof z.ZodObject ? shapeOf(inner) : true;
}
