import type { KeyShape } from '@interlink/runtime';
import { z } from 'zod';

/** Go decodes numbers into string fields; an empty string means unset. */
const optionalText = z
  .union([z.string(), z.number().transform(String), z.null()])
  .optional()
  .transform((value) => (value == null || value.trim() === '' ? undefined : value.trim()));
const optionalFlag = z.boolean().nullish();
const texts = z.array(z.string()).nullish();

const flavorSchema = z.object({
  Name: optionalText,
  Description: optionalText,
  CPUDefault: z.number().int().nonnegative().nullish(),
  MemoryDefault: optionalText,
  UID: z.number().int().nonnegative().nullish(),
  SlurmFlags: texts,
});

/** The YAML file of the Go Slurm plugin. Loose: unknown keys are warned about elsewhere. `Extensions` holds keys of our own. */
export const legacyFileSchema = z.object({
  SidecarPort: optionalText,
  Socket: optionalText,
  SbatchPath: optionalText,
  ScancelPath: optionalText,
  SqueuePath: optionalText,
  SinfoPath: optionalText,
  ExportPodData: optionalFlag,
  CommandPrefix: z.string().nullish(),
  ImagePrefix: optionalText,
  DataRootFolder: optionalText,
  BashPath: optionalText,
  ContainerRuntime: optionalText,
  SingularityPath: optionalText,
  SingularityDefaultOptions: texts,
  EnrootPath: optionalText,
  EnrootDefaultOptions: texts,
  EnableProbes: optionalFlag,
  Flavors: z.record(z.string(), flavorSchema).nullish(),
  DefaultFlavor: optionalText,
  DefaultUID: z.number().int().nonnegative().nullish(),
  Taints: z.array(z.object({ Key: optionalText, Value: optionalText, Effect: optionalText })).nullish(),
  ResourceScriptPath: optionalText,
  Tsocks: optionalFlag,
  TsocksPath: optionalText,
  TsocksLoginNode: optionalText,
  VerboseLogging: optionalFlag,
  ErrorsOnlyLogging: optionalFlag,
  Extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** What the file says, checked. */
export type LegacyFile = z.output<typeof legacyFileSchema>;

/** Keys that the Go plugin declares and never uses. */
export const unusedKeys = ['VKConfigPath', 'Namespace', 'SingularityPrefix', 'EnrootPrefix'] as const;

/** Every key that the Go plugin or this one reads, for warnings about the others. */
export const legacyKeys: KeyShape = {
  ...Object.fromEntries([...Object.keys(legacyFileSchema.shape), ...unusedKeys].map((key) => [key, true as const])),
  Taints: [{ Key: true, Value: true, Effect: true }],
};
