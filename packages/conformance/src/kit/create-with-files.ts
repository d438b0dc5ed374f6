import { isInterLinkError } from '@interlink/spec';
import type { CheckContext } from './check.ts';
import { NotApplicable } from './conformance-failure.ts';
import type { PodWithFiles } from './pod-with-files.ts';

/** Creates a pod with volumes; ends the check where the plugin does not mount them. */
export async function createWithFiles(context: CheckContext, { pod, objects }: PodWithFiles): Promise<void> {
  try {
    await context.create(pod, objects);
  } catch (error) {
    if (!isInterLinkError(error) || error.code !== 'ILK_UNSUPPORTED') throw error;
    throw new NotApplicable(`the plugin does not mount such volumes: ${error.message}`);
  }
}
