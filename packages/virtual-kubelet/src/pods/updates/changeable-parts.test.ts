import type { CreateExtensionKey } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, withJob } from '../../../test/pods/build-pod.ts';
import { changeableParts } from './changeable-parts.ts';

const options = { settings: {}, accepts: new Set<CreateExtensionKey>() };
const withPullSecrets = { ...options, accepts: new Set<CreateExtensionKey>(['imagePullSecrets']) };
const labels = { path: 'labels', fieldRef: { fieldPath: `metadata.labels['app']` } };

describe('changeableParts', () => {
  it('finds nothing in a plain pod, whatever its environment names', () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    const volumes = [{ name: 'scratch', emptyDir: {} }];
    const pod = buildPod({ labels: { app: 'x' }, spec: { volumes, containers: [{ name: 'main', env }] } });
    expect(changeableParts(pod, options)).toBeUndefined();
    expect(changeableParts(buildPod(), options)).toBeUndefined();
  });

  it('finds each object behind volumes once, and tokens', () => {
    const token = { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } };
    const sources = [token, { configMap: { name: 'c' } }, { secret: { name: 's' } }];
    const volumes = [
      { name: 'all', projected: { sources } },
      { name: 'c', configMap: { name: 'c' } },
    ];
    const parts = changeableParts(buildPod({ spec: { volumes } }), options);
    expect(parts?.paths).toEqual(['/api/v1/namespaces/default/configmaps/c', '/api/v1/namespaces/default/secrets/s']);
    expect(parts?.tokens).toHaveLength(1);
    expect(parts?.downward).toBe('');
  });

  it('follows pull secrets of a peer that uses them', () => {
    const pod = buildPod({ spec: { imagePullSecrets: [{ name: 'p' }] } });
    expect(changeableParts(pod, options)).toBeUndefined();
    expect(changeableParts(pod, withPullSecrets)?.paths).toEqual(['/api/v1/namespaces/default/secrets/p']);
  });

  it('follows labels and annotations that a volume shows, but not the marks of this program', () => {
    const volumes = [{ name: 'info', downwardAPI: { items: [labels] } }];
    const textOf = (annotations: Record<string, string>): string | undefined =>
      changeableParts(buildPod({ labels: { app: 'x' }, annotations, spec: { volumes } }), options)?.downward;
    expect(textOf(withJob)).toBe(textOf({}));
    expect(textOf({ note: 'new' })).not.toBe(textOf({}));
  });
});
