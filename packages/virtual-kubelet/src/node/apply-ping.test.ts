import { describe, expect, it } from 'vitest';
import { testConfig } from '../../test/virtual-node.ts';
import { applyPingAnswer, applyPingFailure } from './apply-ping.ts';
import { initialNodeState } from './node-state.ts';

const settings = {
  ...testConfig('n').node,
  taints: [{ key: 'configured', effect: 'NoSchedule' as const }],
  capacity: { cpu: '4', memory: '8Gi', pods: '10', 'nvidia.com/gpu': '2' },
};
const start = initialNodeState(settings);

describe('a ping answer', () => {
  it.each([
    ['names nothing', {}, settings.capacity],
    ['has null resources', { resources: null }, settings.capacity],
    ['names some', { resources: { cpu: '500m', pods: 7 } }, { ...settings.capacity, cpu: '500m', pods: '7' }],
    ['has an empty text', { resources: { cpu: '' } }, settings.capacity],
    ['has nonsense', { resources: { cpu: 'lots', memory: '-1', pods: '1.5' } }, settings.capacity],
    ['shrinks to zero', { resources: { cpu: '0', memory: 0 } }, settings.capacity],
    [
      'adds an accelerator',
      { resources: { accelerators: [{ resourceType: 'my.org/tpu', available: 3 }] } },
      { ...settings.capacity, 'nvidia.com/gpu': '0', 'my.org/tpu': '3' },
    ],
    [
      'lists one twice',
      {
        resources: {
          accelerators: [
            { resourceType: 'nvidia.com/gpu', available: '1' },
            { resourceType: 'nvidia.com/gpu', available: 2 },
          ],
        },
      },
      { ...settings.capacity, 'nvidia.com/gpu': '3' },
    ],
    [
      'lists one with nonsense',
      { resources: { accelerators: [{ resourceType: 'nvidia.com/gpu', available: 'some' }] } },
      settings.capacity,
    ],
    ['lists none', { resources: { accelerators: [] } }, { ...settings.capacity, 'nvidia.com/gpu': '0' }],
  ])('that %s', (_name, response, capacity) => {
    expect(applyPingAnswer(start, response).capacity).toEqual(capacity);
  });

  it('leaves the taints, replaces them or clears them', () => {
    const replaced = applyPingAnswer(start, { taints: [{ key: 'a', value: '1', effect: 'NoExecute' }] });
    expect(applyPingAnswer(start, {}).taints).toEqual(settings.taints);
    expect(replaced.taints).toEqual([{ key: 'a', value: '1', effect: 'NoExecute' }]);
    expect(applyPingAnswer(replaced, { taints: null }).taints).toEqual(replaced.taints);
    expect(applyPingAnswer(replaced, { taints: [] }).taints).toEqual([]);
  });

  it('cannot touch the system taint, nor write what the cluster would refuse', () => {
    const taints = [
      { key: 'virtual-node.interlink/no-schedule', effect: 'PreferNoSchedule' },
      { key: '', effect: 'NoSchedule' },
      { key: 'spaced key' },
      { key: 'ok', value: 'bad value!' },
      { key: 'odd', effect: 'Whenever' },
    ];
    const state = applyPingAnswer(start, {
      taints,
      interlink: { version: 1, features: [], labels: { 'a/b/c': 'x', good: 'y' } },
    });
    expect(state.taints).toEqual([{ key: 'odd', effect: 'NoSchedule' }]);
    expect(state.announcedLabels).toEqual({ good: 'y' });
    expect(state.problems).toHaveLength(5);
  });

  it('tells the features', () => {
    expect([...applyPingAnswer(start, { interlink: { version: 1, features: ['list', 'future'] } }).features]).toEqual([
      'list',
    ]);
  });
});

describe('a failed ping', () => {
  it('makes the node unready only after several in a row', () => {
    const ready = applyPingAnswer(start, {});
    const states = [1, 2, 3].reduce((list) => [...list, applyPingFailure(list.at(-1) ?? ready, 'down', 3)], [ready]);
    expect(states.map((state) => state.ready)).toEqual([true, true, true, false]);
    expect(applyPingAnswer(states.at(-1)!, {}).failures).toBe(0);
  });
});
