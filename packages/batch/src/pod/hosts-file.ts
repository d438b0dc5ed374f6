import type { Pod } from '@interlink/spec';
import { InvalidInputError } from '@interlink/spec';
import type { Bind } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { jobFiles } from '../directory/job-paths.ts';

const target = '/etc/hosts';
// Whoever a container runs as must be able to read it.
const mode = 0o644;
/** A kubelet's, which programs and tests look for. */
const heads = { pod: '# Kubernetes-managed hosts file.', host: '# Kubernetes-managed hosts file (host network).' };

/**
 * The bind of `/etc/hosts` of a pod; undefined where a volume of the container is there. What the runner puts into the file before the first
 * container starts: a kubelet's head, the entries of the job's own machine (on a cluster they are how its nodes find each other), the pod's aliases.
 */
export function planHostsFile(directory: string, binds: readonly Bind[]): Bind | undefined {
  if (binds.some((bind) => bind.target === target)) return undefined;
  const source = `${directory}/${jobFiles.hosts}`;
  return { source, target, type: 'file', readOnly: false, owned: false, field: 'pod.spec.hostAliases' };
}

/**
 * The file, empty, and the texts around the entries of the machine, for the runner.
 *
 * @throws InvalidInputError for an alias that would be more than one line.
 */
export function buildHostsFile({ spec }: Pod): TreeEntry[] {
  const aliases = (spec?.hostAliases ?? []).map(({ ip = '', hostnames = [] }, index) => {
    const words = [ip, ...hostnames];
    const field = `pod.spec.hostAliases[${index}]`;
    if (words.some((word) => !/^[\w.:-]+$/.test(word))) {
      throw new InvalidInputError(`${field} must have an address and names of letters, digits, ".", "-" and ":"`, {
        field,
      });
    }
    return `${words.join('\t')}\n`;
  });
  const head = `${spec?.hostNetwork === true ? heads.host : heads.pod}\n`;
  const tail = aliases.length === 0 ? '' : `\n# Entries added by HostAliases.\n${aliases.join('')}`;
  return [
    { kind: 'file', path: jobFiles.hosts, mode, content: '' },
    { kind: 'file', path: jobFiles.hostsParts, mode: 0o600, content: formatNulList([head, tail]) },
  ];
}
