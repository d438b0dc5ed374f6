import type { TreeEntry } from '../contract/host.ts';
import type { RegistryImage } from './parse-image-reference.ts';
import type { RegistryCredential } from './registry-credentials.ts';

/** Names and values of environment variables. */
export type Variables = readonly (readonly [name: string, value: string])[];

/**
 * How a container runtime gets images. Commands are argument lists; the words `{source}` and `{target}` stand for paths that are only
 * known on the machine that runs the job.
 */
export interface RuntimeImages {
  /** Put before names that are no path and have no scheme. Default ''. */
  readonly prefix?: string;
  /** Registries, with their ports, that are spoken to in plain HTTP. Default none. */
  readonly insecureRegistries?: readonly string[];
  /** Ending of image files, e.g. `sif`. */
  readonly extension: string;
  /**
   * What containers are started from. `file`: the image file. `unpacked`: a directory beside it, made once. `auto`: the directory on
   * machines that cannot mount the file. `private`: the file, after `unpack` was run for the container alone.
   */
  readonly form: 'auto' | 'file' | 'unpacked' | 'private';
  /** Pulls an image into the file `{target}`. Throws `UnsupportedError` naming the field for what the runtime cannot get. */
  pull(image: RegistryImage | { readonly kind: 'uri'; readonly uri: string }, field: string): readonly string[];
  /** Starts something, anything, from the file `{source}`, and says on its output whether the file was mounted. For `auto`. */
  readonly probe?: readonly string[];
  /** Unpacks the file `{source}` into the directory `{target}`. */
  readonly unpack?: readonly string[];
  /** The whole environment of these commands but `PATH`. `directory`: the container's part of the job directory. */
  environment(directory: string, image?: RegistryImage): Variables;
  /** How a pull is given a credential: by more variables, and files below `directory`, which go with the pull. */
  credential(
    credential: RegistryCredential,
    image: RegistryImage,
    directory: string,
  ): { readonly environment: Variables; readonly files?: readonly TreeEntry[] };
}
