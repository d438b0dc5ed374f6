import { expect, it } from 'vitest';
import { buildPod } from '../../test/pods/build-pod.ts';
import { containerNames } from './container-names.ts';

it('names the containers whose logs and streams can be asked for, ephemeral ones too', () => {
  const initContainers = [{ name: 'prep' }];
  const pod = buildPod({ spec: { initContainers, ephemeralContainers: [{ name: 'debugger' }] } });
  expect(containerNames(pod)).toEqual(['prep', 'main', 'debugger']);
  expect(containerNames({})).toEqual([]);
});
