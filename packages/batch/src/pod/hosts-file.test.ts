import type { Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildHostsFile, planHostsFile } from './hosts-file.ts';

const podOf = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({ spec: { containers: [], ...spec } });
const parts = (pod: Pod): string[] => {
  const entry = buildHostsFile(pod).find(({ path }) => path === 'hosts-parts');
  return entry?.kind === 'file' ? String(entry.content).split('\0').slice(0, -1) : [];
};

describe('/etc/hosts of a container', () => {
  it('has a kubelet’s head, and the aliases of the pod at its end', () => {
    const hostAliases = [{ ip: '10.0.0.1', hostnames: ['foo', 'bar.example'] }, { ip: '::1' }];
    expect(parts(podOf({ hostAliases }))).toEqual([
      '# Kubernetes-managed hosts file.\n',
      '\n# Entries added by HostAliases.\n10.0.0.1\tfoo\tbar.example\n::1\n',
    ]);
    expect(parts(podOf({ hostNetwork: true }))).toEqual(['# Kubernetes-managed hosts file (host network).\n', '']);
  });

  it.each(['a\n10.0.0.9 kubernetes', 'a b', ''])('takes no alias that is not one word: %j', (name) => {
    expect(() => buildHostsFile(podOf({ hostAliases: [{ ip: '10.0.0.1', hostnames: [name] }] }))).toThrow(
      'pod.spec.hostAliases[0]',
    );
  });

  it('is the volume’s where one is mounted there', () => {
    const bind = { source: '/x', readOnly: true, type: 'file', field: 'f', owned: false } as const;
    expect(planHostsFile('/job', [{ ...bind, target: '/etc/hosts' }])).toBeUndefined();
    expect(planHostsFile('/job', [{ ...bind, target: '/etc/other' }])).toMatchObject({
      source: '/job/hosts',
      target: '/etc/hosts',
    });
  });
});
