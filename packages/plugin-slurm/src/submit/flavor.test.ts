import { describe, expect, it } from 'vitest';
import { chooseFlavor, type Flavor } from './flavor.ts';
import { parseFlags } from './parse-flags.ts';

const flavor = (name: string, flags = ''): Flavor => ({ name, flags: parseFlags(flags, 'flags') });
const flavors = [
  flavor('small', '--partition=debug'),
  flavor('any-gpu', '--gres=gpu'),
  flavor('two-gpus', '--gres=gpu:a100:2'),
  flavor('four-gpus', '--gpus=4'),
];
const choose = (gpus: number, annotations: Record<string, string> = {}, defaultFlavor?: string) =>
  chooseFlavor({ annotations }, gpus, { flavors, ...(defaultFlavor === undefined ? {} : { defaultFlavor }) })?.name;

describe('chooseFlavor', () => {
  it('takes the one that the pod names before all others', () => {
    expect(choose(2, { 'slurm-job.vk.io/flavor': 'small' }, 'any-gpu')).toBe('small');
  });

  it.each([
    [2, 'two-gpus'],
    [4, 'four-gpus'],
    [3, 'any-gpu'],
  ])('takes for %s GPUs the flavor %s', (gpus, expected) => {
    expect(choose(gpus, {}, 'small')).toBe(expected);
  });

  it('takes the default for a pod without GPUs, and none without a default', () => {
    expect(choose(0, {}, 'small')).toBe('small');
    expect(choose(0)).toBeUndefined();
    expect(choose(0, {}, 'gone')).toBeUndefined();
  });

  it('refuses a name that does not exist, and says which do', () => {
    const field = 'pod.metadata.annotations[slurm-job.vk.io/flavor]';
    const ask = () => choose(0, { 'slurm-job.vk.io/flavor': 'huge' });
    expect(ask).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field }) as Error);
    expect(ask).toThrow('there is no flavor "huge"; this site has small, any-gpu, two-gpus, four-gpus');
  });
});
