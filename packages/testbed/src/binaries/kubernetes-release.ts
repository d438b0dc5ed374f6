import { InvalidInputError } from '@interlink/spec';
import type { Environment } from '../cache/cache-path.ts';

/** A Kubernetes release that the testbed can run. */
export interface KubernetesRelease {
  /** With the `v`: `v1.36.3`. */
  readonly version: string;
  /** etcd release that belongs to it; the Go build has the same one. */
  readonly etcdVersion: string;
  /** File of `control-plane/` that names the modules of the Go build. */
  readonly moduleFile: string;
}

/** The variable that chooses the release of every control plane that the testbed starts. */
export const kubernetesVariable = 'INTERLINK_TEST_KUBERNETES';

/** What runs unless told otherwise. */
export const defaultRelease: KubernetesRelease = {
  version: 'v1.36.3',
  etcdVersion: 'v3.6.8',
  moduleFile: 'go.mod',
};

/** The oldest and the newest supported release, and what is between them. */
const releases: readonly KubernetesRelease[] = [
  { version: 'v1.31.14', etcdVersion: 'v3.5.13', moduleFile: 'v1.31.14.mod' },
  { version: 'v1.33.13', etcdVersion: 'v3.5.21', moduleFile: 'v1.33.13.mod' },
  { version: 'v1.35.4', etcdVersion: 'v3.6.5', moduleFile: 'v1.35.4.mod' },
  defaultRelease,
  { version: 'v1.37.2', etcdVersion: 'v3.7.0', moduleFile: 'v1.37.2.mod' },
];

/** The release that `INTERLINK_TEST_KUBERNETES` names, or the default; `InvalidInputError` for one that the testbed does not have. */
export function chooseRelease(environment: Environment = process.env): KubernetesRelease {
  const wanted = environment[kubernetesVariable];
  if (wanted === undefined || wanted === '') return defaultRelease;
  const found = releases.find(({ version }) => version === wanted);
  if (found !== undefined) return found;
  const known = releases.map(({ version }) => version).join(', ');
  throw new InvalidInputError(`${kubernetesVariable} is ${wanted}; the testbed has ${known}`, {
    field: kubernetesVariable,
  });
}
