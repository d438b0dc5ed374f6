import { UnavailableError } from '@interlink/spec';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import { probeMountNamespaces } from '../mounts/mount-namespaces.ts';
import { createApptainerRuntime, detectApptainer } from './apptainer-runtime.ts';
import { createNoneRuntime } from './none-runtime.ts';

/** Which container runtime a plugin uses. */
export interface RuntimeChoice {
  /** `auto`: apptainer where it is installed, else `none`. Default `auto`. */
  readonly runtime?: 'auto' | 'none' | 'apptainer';
  /** For the runtime `apptainer`. */
  readonly apptainer?: { readonly program?: string; readonly options?: readonly string[] };
}

/**
 * The container runtime of a plugin; probes the machine.
 *
 * @throws UnavailableError when apptainer was asked for and is not there.
 */
export async function chooseRuntime(
  host: Host,
  root: string,
  { runtime: wanted = 'auto', apptainer = {} }: RuntimeChoice,
): Promise<ContainerRuntime> {
  const version = wanted === 'none' ? undefined : await detectApptainer(host, apptainer.program);
  if (version !== undefined) return createApptainerRuntime({ ...apptainer, homeDirectory: host.homeDirectory });
  if (wanted === 'apptainer') {
    throw new UnavailableError(
      `${apptainer.program ?? 'apptainer'} is not installed; install it, or set runtime to "none"`,
      { field: 'runtime' },
    );
  }
  return createNoneRuntime({ host, namespaces: await probeMountNamespaces(host, root) });
}
