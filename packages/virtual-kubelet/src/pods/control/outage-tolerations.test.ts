import type { Toleration } from '@interlink/spec';
import { expect, it } from 'vitest';
import { outageTolerations } from './outage-tolerations.ts';

const tolerance = { outageTolerationSeconds: 9000, defaultTolerationSeconds: 300 };
const exists = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});
const [notReady, unreachable] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;
const own: Toleration = { key: 'virtual-node.interlink/no-schedule', operator: 'Exists' };

it.each<[string, readonly Toleration[], readonly Toleration[] | undefined]>([
  ['gives them to a pod without any', [], [exists(notReady, 9000), exists(unreachable, 9000)]],
  [
    'raises those that the cluster gave',
    [own, exists(notReady, 300), exists(unreachable, 300)],
    [own, exists(notReady, 9000), exists(unreachable, 9000)],
  ],
  ['leaves what the author chose', [exists(notReady, 30), exists(unreachable, 0)], undefined],
  ['leaves who stays for ever', [exists(notReady), exists(unreachable)], undefined],
  ['leaves who tolerates everything', [{ operator: 'Exists' }], undefined],
  ['adds what is missing to a choice', [exists(notReady, 30)], [exists(notReady, 30), exists(unreachable, 9000)]],
  [
    'takes no other effect for it',
    [{ operator: 'Exists', effect: 'NoSchedule' }],
    [{ operator: 'Exists', effect: 'NoSchedule' }, exists(notReady, 9000), exists(unreachable, 9000)],
  ],
])('%s', (_, before, after) => {
  expect(outageTolerations(before, tolerance)).toEqual(after);
});

it('does nothing where it is switched off', () => {
  expect(outageTolerations([], { ...tolerance, outageTolerationSeconds: 0 })).toBeUndefined();
});
