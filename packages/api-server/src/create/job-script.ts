import type { CallOptions, RetrievedPodData, ScriptBuildConfig } from '@interlink/spec';
import type { Template } from '../go-template/index.ts';
import { checkJobScriptUrl, type JobScriptPolicy } from './check-job-script-url.ts';
import { fillJobConfig } from './job-config.ts';
import { askJobScriptBuilder } from './job-script-builder-client.ts';

/** Where the script of a job comes from, when it is not the plugin that writes it. */
export interface JobScriptOptions extends JobScriptPolicy {
  /** What a builder is told of the site. Default: zero values. */
  readonly buildConfig?: ScriptBuildConfig;
  /** How long a builder may take, in seconds. Default 30. */
  readonly timeoutSeconds?: number;
  /** Used where no builder is named. */
  readonly template?: Template;
}

/**
 * The pod data with its `jobScript`, from the builder that request or configuration names, else from the template, else unchanged.
 *
 * @throws ForbiddenError or InvalidInputError for the request's URL; what the builder or the template throws.
 */
export async function addJobScript(
  data: RetrievedPodData,
  requestedUrl: string | null | undefined,
  options: JobScriptOptions,
  call: CallOptions = {},
): Promise<RetrievedPodData> {
  const url = checkJobScriptUrl(requestedUrl, options);
  if (url !== undefined) {
    const filled = { ...data, jobConfig: fillJobConfig(options.buildConfig) };
    const timeout = options.timeoutSeconds === undefined ? {} : { timeoutSeconds: options.timeoutSeconds };
    // A builder is a foreign peer, and has no use for credentials of registries.
    const { interlink: _, ...sent } = filled;
    return { ...filled, jobScript: await askJobScriptBuilder(url, sent, { ...call, ...timeout }) };
  }
  if (options.template === undefined) return data;
  return { ...data, jobScript: options.template.execute(data) };
}
