import { formatRegistryImage } from '../images/parse-image-reference.ts';
import type { RuntimeImages } from '../images/runtime-images.ts';

/** How apptainer gets images. */
export interface ApptainerImageOptions {
  /** Program name or path. Default `apptainer`. */
  readonly program?: string;
  /** Home directory of the user that runs the jobs. */
  readonly homeDirectory: string;
  /** Put before image names that are no path and have no scheme. Default ''. */
  readonly imagePrefix?: string | undefined;
  /** Registries, with their ports, that are spoken to in plain HTTP. Default none. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** Whether containers start from a SIF file, from a directory, or from what the machine can do. Default `auto`. */
  readonly imageForm?: 'auto' | 'file' | 'unpacked' | undefined;
  /** More variables for pulls, e.g. `https_proxy` or `APPTAINER_TMPDIR`. Default none. */
  readonly pullEnvironment?: Readonly<Record<string, string>> | undefined;
}

/** The commands that bring an image into a SIF file, and that into a directory. */
export function buildApptainerImages(options: ApptainerImageOptions): RuntimeImages {
  const { program = 'apptainer', imagePrefix, insecureRegistries = [], pullEnvironment = {} } = options;
  return {
    ...(imagePrefix === undefined ? {} : { prefix: imagePrefix }),
    insecureRegistries,
    extension: 'sif',
    form: options.imageForm ?? 'auto',
    pull(image) {
      const isInsecure = image.kind === 'registry' && insecureRegistries.includes(image.registry);
      const uri = image.kind === 'registry' ? `docker://${formatRegistryImage(image)}` : image.uri;
      // Its own cache would keep each image three times, and can be spoiled by pulls at the same time.
      const pull = ['pull', '--disable-cache', '--force', ...(isInsecure ? ['--no-https'] : [])];
      return [program, '--silent', ...pull, '{target}', uri];
    },
    // Not silent: that it unpacks the file is only said. That there may be no such program in the image does not matter.
    probe: [program, 'exec', '--containall', '--pwd', '/', '{source}', 'true'],
    unpack: [program, '--silent', 'build', '--sandbox', '--force', '{target}', '{source}'],
    environment: () => [['HOME', options.homeDirectory], ...Object.entries(pullEnvironment)],
    credential: ({ username, password }) => ({
      environment: ['APPTAINER', 'SINGULARITY'].flatMap((name) => [
        [`${name}_DOCKER_USERNAME`, username] as const,
        [`${name}_DOCKER_PASSWORD`, password] as const,
      ]),
    }),
  };
}
