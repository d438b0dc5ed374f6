import { UnsupportedError } from '@interlink/spec';

const schemes = [
  'docker',
  'docker-daemon',
  'docker-archive',
  'oci',
  'oci-archive',
  'oras',
  'library',
  'shub',
  'http',
  'https',
];
const reference = /^[A-Za-z0-9][\w.\-/:@+]*$/;

/**
 * What apptainer is given for a pod's image: a path (a SIF file, a directory) and a URI as they are, any other name as a
 * `docker://` URI, as Kubernetes means it.
 */
export function mapImageReference(image: string, field: string): string {
  const refuse = (problem: string): never => {
    throw new UnsupportedError(`${field} ${problem}`, { field });
  };
  if (image === '') return refuse('is needed');
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[\u0000-\u0020\u007f]/.test(image)) return refuse('must not contain spaces or control characters');
  if (image.startsWith('/')) return image;
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//.exec(image) ?? /^(docker-archive|oci-archive|oci):/.exec(image) ?? [];
  if (scheme !== undefined) {
    return schemes.includes(scheme)
      ? image
      : refuse(`has the scheme ${scheme}, which is none of ${schemes.join(', ')}`);
  }
  return reference.test(image) ? `docker://${image}` : refuse('is no image reference');
}
