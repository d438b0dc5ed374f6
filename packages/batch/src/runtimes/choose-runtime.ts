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
  /** How images are named and pulled. */
  readonly images?: ImageChoice;
}

/** How a container runtime gets its images. */
export interface ImageChoice {
  /** Put before image names that are no path and have no scheme. Default ''. */
  readonly prefix?: string | undefined;
  /** Registries, with their ports, that are spoken to in plain HTTP. Default none. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** Whether containers start from an image file, from a directory, or from what the machine can do. Default `auto`. */
  readonly form?: 'auto' | 'file' | 'unpacked' | undefined;
  /** Variables for pulls, e.g. `https_proxy`; the plugin obeys the proxies too. Default none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * The container runtime of a plugin; probes the machine.
 *
 * @throws UnavailableError when apptainer was asked for and is not there.
 */
export async function chooseRuntime(
  host: Host,
  root: string,
  { runtime: wanted = 'auto', apptainer = {}, images = {} }: RuntimeChoice,
): Promise<ContainerRuntime> {
  const version = wanted === 'none' ? undefined : await detectApptainer(host, apptainer.program);
  if (version !== undefined) {
    return createApptainerRuntime({
      ...apptainer,
      version,
      homeDirectory: host.homeDirectory,
      imagePrefix: images.prefix,
      insecureRegistries: images.insecureRegistries,
      imageForm: images.form,
      pullEnvironment: images.environment,
    });
  }
  if (wanted === 'apptainer') {
    throw new UnavailableError(
      `${apptainer.program ?? 'apptainer'} is not installed; install it, or set runtime to "none"`,
      { field: 'runtime' },
    );
  }
  return createNoneRuntime({ host, namespaces: await probeMountNamespaces(host, root) });
}
