import { UnavailableError } from '@interlink/spec';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import { probeMountNamespaces } from '../mounts/mount-namespaces.ts';
import { createApptainerRuntime } from './apptainer-runtime.ts';
import { createEnrootRuntime } from './enroot-runtime.ts';
import { createNoneRuntime } from './none-runtime.ts';
import { versionOf } from './version-of.ts';

/** Which container runtime a plugin uses. */
export interface RuntimeChoice {
  /** `auto`: apptainer where it is installed, else `none`. Default `auto`. */
  readonly runtime?: 'auto' | 'none' | 'apptainer' | 'enroot';
  /** For the runtime `apptainer`. */
  readonly apptainer?: { readonly program?: string; readonly options?: readonly string[] };
  /** For the runtime `enroot`. */
  readonly enroot?: { readonly program?: string; readonly options?: readonly string[] };
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
 * @throws UnavailableError when the one that was asked for is not there.
 */
export async function chooseRuntime(
  host: Host,
  root: string,
  { runtime: wanted = 'auto', apptainer = {}, enroot = {}, images = {} }: RuntimeChoice,
): Promise<ContainerRuntime> {
  const common = {
    homeDirectory: host.homeDirectory,
    imagePrefix: images.prefix,
    insecureRegistries: images.insecureRegistries,
    pullEnvironment: images.environment,
  };
  if (wanted === 'enroot') {
    const { program = 'enroot' } = enroot;
    if ((await versionOf(host, [program, 'version'])) === undefined) throw notInstalled(program);
    return createEnrootRuntime({ ...common, ...enroot });
  }
  const { program = 'apptainer' } = apptainer;
  const version = wanted === 'none' ? undefined : await versionOf(host, [program, '--version']);
  if (version !== undefined)
    return createApptainerRuntime({ ...common, ...apptainer, version, imageForm: images.form });
  if (wanted === 'apptainer') throw notInstalled(program);
  return createNoneRuntime({ host, namespaces: await probeMountNamespaces(host, root) });
}

function notInstalled(program: string): UnavailableError {
  const message = `${program} is not installed; install it, or set runtime to "none"`;
  return new UnavailableError(message, { field: 'runtime' });
}
