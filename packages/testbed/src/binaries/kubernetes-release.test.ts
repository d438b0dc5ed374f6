import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chooseRelease, defaultRelease, kubernetesVariable } from './kubernetes-release.ts';
import { kubernetesSupport } from './kubernetes-support.ts';

const old = { [kubernetesVariable]: 'v1.31.14' };

describe('the Kubernetes release of the testbed', () => {
  it('is the one that the variable names, or the default', () => {
    expect(chooseRelease({})).toBe(defaultRelease);
    expect(chooseRelease({ [kubernetesVariable]: '' })).toBe(defaultRelease);
    expect(chooseRelease(old).version).toBe('v1.31.14');
  });

  it('is refused when the testbed does not have it, with those that it has', () => {
    expect(() => chooseRelease({ [kubernetesVariable]: '1.31' })).toThrow(
      /INTERLINK_TEST_KUBERNETES is 1\.31; the testbed has v1\.31\.14, .*v1\.37\.2/,
    );
  });

  it.each(['v1.31.14', 'v1.33.13', 'v1.35.4', 'v1.36.3', 'v1.37.2'])(
    '%s is what the modules of its Go build name, etcd too',
    (version) => {
      const { moduleFile, etcdVersion } = chooseRelease({ [kubernetesVariable]: version });
      const modules = readFileSync(new URL(`../../control-plane/${moduleFile}`, import.meta.url), 'utf8');
      expect(modules).toContain(`k8s.io/kubernetes ${version}\n`);
      expect(modules).toMatch(new RegExp(`go\\.etcd\\.io/etcd/server/v3 ${etcdVersion}\\s`));
    },
  );

  it('decides what its tests may ask for', () => {
    expect(kubernetesSupport('1.36', 'WebSockets to a kubelet', {})).toEqual({
      available: true,
      reason: 'WebSockets to a kubelet',
    });
    expect(kubernetesSupport('1.36', 'WebSockets to a kubelet', old)).toEqual({
      available: false,
      reason: 'Kubernetes v1.31.14 has no WebSockets to a kubelet: they came with 1.36',
    });
  });
});
