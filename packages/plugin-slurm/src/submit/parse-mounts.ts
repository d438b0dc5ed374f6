import type { JobPlan } from '@interlink/batch';
import { InvalidInputError } from '@interlink/spec';
import { splitWords } from './parse-flags.ts';

type HostMounts = NonNullable<JobPlan['hostMounts']>;

/**
 * Mounts as people write them for a container runtime: `--bind /data,/scratch/in:/in:ro -B /sw`. Which of the paths may be mounted, the
 * site's list of host paths decides.
 *
 * @param options what the runtime calls the option, e.g. `--bind` and `-B`.
 * @throws InvalidInputError for other options and paths that are not absolute.
 */
export function parseMounts(text: string, options: readonly string[], field: string): HostMounts {
  const words = splitWords(text, field);
  const values: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, name = word, value] = /^(--?[A-Za-z-]+)=(.*)$/s.exec(word) ?? [];
    if (!options.includes(name)) fail(`${word} is none of ${options.join(', ')}`, field);
    const mounts = value ?? words.shift();
    if (mounts === undefined) fail(`${name} needs a value`, field);
    values.push(...mounts.split(','));
  }
  return values.map((value) => parseMount(value, field));
}

function parseMount(text: string, field: string): HostMounts[number] {
  const [source = '', target = source, mode = 'rw', ...rest] = text.split(':');
  if (rest.length > 0 || !['rw', 'ro'].includes(mode)) fail(`${text} is no mount: source[:target[:ro]]`, field);
  for (const path of [source, target]) {
    if (!path.startsWith('/') || path.split('/').includes('..')) fail(`${text} has a path that is not absolute`, field);
  }
  return { path: source, target, readOnly: mode === 'ro', field };
}

function fail(problem: string, field: string): never {
  throw new InvalidInputError(`${field}: ${problem}`, { field });
}
