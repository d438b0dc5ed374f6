import type { ConfigMap, Secret } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod } from '../../../test/pods/build-pod.ts';
import type { BoundToken, Lookup, PodInputs } from '../inputs/pod-inputs.ts';
import type { ChangeableParts } from './changeable-parts.ts';
import { describeSent } from './sent-state.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const token = { volume: 'v', sourceIndex: 0, audience: undefined, expirationSeconds: 600 };
const parts: ChangeableParts = {
  paths: [],
  optional: new Set(),
  trustBundles: [],
  tokens: [token],
  downward: '',
  ephemeral: [],
};

function inputs(given: { token?: Lookup<BoundToken>; configMaps?: Record<string, Lookup<ConfigMap>> }): PodInputs {
  return {
    configMaps: new Map(Object.entries(given.configMaps ?? {})),
    secrets: new Map<string, Lookup<Secret>>(),
    pullSecrets: new Map<string, Lookup<Secret>>(),
    tokens: given.token && new Map([['v/0', given.token]]),
    trustBundles: new Map(),
    services: [],
    allocatable: {},
  };
}

const lasting = (lifetimeSeconds: number) => ({ found: { token: 'secret', lifetimeSeconds } });
const at = (jitter: number) => ({ now: 0, jitter, ephemeral: [] });

describe('describeSent', () => {
  it.each([
    ['after 80 % of their life', lasting(600), 0, 480_000],
    ['up to ten seconds earlier', lasting(600), 1, 470_000],
    ['after a day at the latest', lasting(864_000), 0, 86_400_000],
  ])('has tokens renewed %s', (_, given, jitter, expected) => {
    expect(describeSent(buildPod(), parts, inputs({ token: given }), at(jitter)).renewTokensAt).toBe(expected);
  });

  it('keeps versions and no contents', () => {
    const paths = ['here', 'fixed', 'absent'].map((name) => `${configMaps}/${name}`);
    const absent = { absent: true, reason: 'not found' };
    const here = { found: { metadata: { resourceVersion: '7' }, data: { a: 'content' } } };
    const given = inputs({ configMaps: { here, fixed: { found: { ...here.found, immutable: true } }, absent } });
    const sent = describeSent(buildPod(), { ...parts, paths }, given, at(0));
    expect([...sent.versions.values()]).toEqual(['7', 'immutable', '']);
  });
});
