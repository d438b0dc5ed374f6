import { cachePath } from '../cache/cache-path.ts';
import { missingPrograms } from './control-plane-binaries.ts';
import { chooseRelease, type KubernetesRelease } from './kubernetes-release.ts';
import type { BinarySource, Platform, SourceContext } from './source.ts';

/** `$XDG_CACHE_HOME/interlink/kubernetes/<version>/<os>-<architecture>`, with `~/.cache` where the variable is not set. */
export function binaryCacheDirectory(
  environment: SourceContext['environment'],
  platform: Platform,
  { version }: KubernetesRelease = chooseRelease(environment),
): string {
  return cachePath(environment, 'kubernetes', version, `${platform.os}-${platform.architecture}`);
}

/** What an earlier run downloaded or built. */
export const cache: BinarySource = {
  name: 'cache',
  async obtain({ cacheDirectory }) {
    const missing = await missingPrograms(cacheDirectory);
    return missing.length === 0
      ? { directory: cacheDirectory }
      : { refused: `${cacheDirectory} lacks ${missing.join(', ')}` };
  },
};
