import { UnsupportedError } from '@interlink/spec';
import type { RegistryImage } from '../images/parse-image-reference.ts';
import type { RuntimeImages } from '../images/runtime-images.ts';

/** How enroot gets images. */
export interface EnrootImageOptions {
  /** Program name or path. Default `enroot`. */
  readonly program?: string;
  /** Home directory of the user that runs the jobs. */
  readonly homeDirectory: string;
  /** Put before image names that are no path and have no scheme. Default ''. */
  readonly imagePrefix?: string | undefined;
  /** Registries, with their ports, that are spoken to in plain HTTP. Default none. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** More variables for pulls and starts, e.g. `https_proxy` or `ENROOT_TEMP_PATH`. Default none. */
  readonly pullEnvironment?: Readonly<Record<string, string>> | undefined;
}

/** Name of a container's root directory among those of its own. */
export const enrootContainer = 'root';

/** Where enroot keeps the root directory of one container. */
export function enrootDataVariable(directory: string): readonly [name: string, value: string] {
  return ['ENROOT_DATA_PATH', `${directory}/enroot`];
}

/** The commands that import an image into a squashfs file, and unpack that for one container, which may write to it. */
export function buildEnrootImages(options: EnrootImageOptions): RuntimeImages {
  const { program = 'enroot', homeDirectory, imagePrefix, insecureRegistries = [], pullEnvironment = {} } = options;
  return {
    ...(imagePrefix === undefined ? {} : { prefix: imagePrefix }),
    insecureRegistries,
    extension: 'sqsh',
    form: 'private',
    pull(image, field) {
      if (image.kind === 'registry') return [program, 'import', '--output', '{target}', formatEnrootUri(image)];
      const at = `${field}.image`;
      throw new UnsupportedError(`${at}: enroot imports images from docker registries alone`, { field: at });
    },
    unpack: [program, 'create', '--name', enrootContainer, '{source}'],
    environment: (directory, image) => [
      ['HOME', homeDirectory],
      enrootDataVariable(directory),
      ...(image && insecureRegistries.includes(image.registry) ? [['ENROOT_ALLOW_HTTP', 'yes'] as const] : []),
      ...Object.entries(pullEnvironment),
    ],
    credential({ username, password }, { registry }, directory) {
      checkNetrcWord(username, 'user');
      checkNetrcWord(password, 'password');
      const host = registry === 'docker.io' ? 'auth.docker.io' : registry.replace(/:\d+$/, '');
      const content = `machine ${host} login ${username} password ${password}\n`;
      return {
        environment: [['ENROOT_CONFIG_PATH', directory]],
        files: [
          { kind: 'directory', path: '.', mode: 0o700 },
          { kind: 'file', path: '.credentials', mode: 0o600, content },
        ],
      };
    },
  };
}

/** A digest takes the place of the tag: enroot puts either into the path of the manifest. */
function formatEnrootUri({ registry, repository, tag, digest }: RegistryImage): string {
  const host = registry === 'docker.io' ? '' : `${registry}#`;
  return `docker://${host}${repository}:${digest ?? tag ?? 'latest'}`;
}

/** Enroot reads the file as shell text, so that a `$` would be code; `$oauthtoken` is the user of NVIDIA's registry. */
function checkNetrcWord(word: string, what: string): void {
  if (word === '$oauthtoken' || /^[\w.@+/=~,:%-]+$/.test(word)) return;
  throw new UnsupportedError(`spec.imagePullSecrets: enroot cannot be given a ${what} with such characters`, {
    field: 'pod.spec.imagePullSecrets',
  });
}
