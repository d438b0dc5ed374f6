import { describe, expect, it } from 'vitest';
import { buildPod, container } from '../../../test/pods/build-pod.ts';
import { podNeeds } from './pod-needs.ts';

const pod = buildPod({
  spec: {
    imagePullSecrets: [{ name: 'pull' }, { name: 'pull' }, {}],
    volumes: [
      { name: 'one', configMap: { name: 'volume-map' } },
      { name: 'two', secret: { secretName: 'volume-secret', optional: true } },
      {
        name: 'three',
        projected: {
          sources: [
            { configMap: { name: 'kube-root-ca.crt' } },
            { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 7200 } },
            { secret: { name: 'volume-secret' } },
          ],
        },
      },
    ],
    initContainers: [container('init', { envFrom: [{ secretRef: { name: 'init-secret' } }] })],
    containers: [
      container('main', {
        env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'env-map', key: 'a', optional: true } } }],
        envFrom: [{ configMapRef: { name: 'volume-map', optional: true } }],
      }),
    ],
  },
});

describe('podNeeds', () => {
  it('names every object once, required if any reference requires it', () => {
    const needs = podNeeds(pod, {});
    expect([...needs.configMaps]).toEqual([
      ['volume-map', 'required'],
      ['kube-root-ca.crt', 'required'],
      ['env-map', 'optional'],
    ]);
    expect([...needs.secrets]).toEqual([
      ['volume-secret', 'required'],
      ['init-secret', 'required'],
    ]);
    expect(needs.tokens).toEqual([{ volume: 'three', sourceIndex: 1, audience: 'vault', expirationSeconds: 7200 }]);
    expect(needs.pullSecrets).toEqual(['pull']);
    expect(needs.allocatable).toBe(false);
  });

  it('leaves out what the settings make unnecessary', () => {
    const disabled = podNeeds(pod, { disableProjectedVolumes: true });
    expect([disabled.tokens, [...disabled.secrets.values()]]).toEqual([[], ['optional', 'required']]);
    expect(podNeeds(pod, { kubernetesApiCaCertificate: 'PEM' }).configMaps.has('kube-root-ca.crt')).toBe(false);
  });
});
