import { checkConfig } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { pluginOptions } from './plugin-options.ts';
import { slurmConfigSchema } from './slurm-config.ts';

const read = (value: unknown) => checkConfig(slurmConfigSchema, value, { source: 'slurm.yaml' });

describe('slurmConfigSchema', () => {
  it('needs nothing', () => {
    const options = pluginOptions(read({}), '/state/slurm');
    expect(options).toMatchObject({ root: '/state/slurm', runtime: 'auto', queryIntervalSeconds: 5 });
    expect(options.commands.squeue).toEqual(['squeue']);
    expect(options.jobs.resourceFlags).toEqual({
      'nvidia.com/gpu': '--gres=gpu:{count}',
      'amd.com/gpu': '--gres=gpu:{count}',
    });
  });

  it('takes one of the flavors as the default', () => {
    expect(read({ flavors: [{ name: 'a' }, { name: 'b' }], defaultFlavor: 'b' }).defaultFlavor).toBe('b');
  });

  it('takes commands as a program or as words, behind a wrapper', () => {
    const { commands } = pluginOptions(
      read({
        commands: { wrapper: ['ssh', 'login'], sbatch: '/opt/slurm/bin/sbatch', squeue: ['env', 'A=1', 'squeue'] },
      }),
      '/x',
    );
    expect(commands.sbatch).toEqual(['ssh', 'login', '/opt/slurm/bin/sbatch']);
    expect(commands.squeue).toEqual(['ssh', 'login', 'env', 'A=1', 'squeue']);
  });

  it.each([
    [{ partition: 'x' }, 'unknown key partition'],
    [{ commands: { qsub: 'x' } }, 'unknown key commands.qsub'],
    [{ workDirectory: 'jobs' }, 'workDirectory: must be an absolute path'],
    [{ flags: { allow: ['--mem'] } }, 'flags.allow[0]: must be the long name of an option of sbatch, without dashes'],
    [{ flags: { default: ['--nonsense'] } }, '--nonsense is no option of sbatch'],
    [{ flags: { default: ['--output=/x'] } }, '--output is set by interLink and cannot be chosen'],
    [{ flavors: [{ name: 'a', flags: ['--comment=x'] }] }, '--comment is set by interLink and cannot be chosen'],
    [{ flavors: [{ name: 'a', memory: 'lots' }] }, 'flavors[0].memory: must be a Kubernetes quantity'],
    [{ resources: { 'nvidia.com/gpu': 'gpu' } }, 'must be an option of sbatch with {count} in it'],
    [{ resources: { 'a/b': '--nonsense={count}' } }, 'resources.a/b: --nonsense is no option of sbatch'],
    [
      { resources: { 'a/b': '--comment={count}' } },
      'resources.a/b: --comment is set by interLink and cannot be chosen',
    ],
    [{ defaultFlavor: 'tiny' }, 'defaultFlavor: must be the name of one of the flavors; there are none'],
    [{ flavors: [{ name: 'a' }, { name: 'b' }], defaultFlavor: 'c' }, 'one of the flavors; there are a, b'],
    [{ allowedAnnotations: ['anything'] }, 'allowedAnnotations[0]: '],
    [{ taints: [{ key: 'a', effect: 'Never' }] }, 'taints[0].effect: '],
    [{ address: 'localhost:4000' }, 'address: '],
  ])('refuses %j, naming file and key', (value, message) => {
    expect(() => read(value)).toThrow(/^slurm\.yaml: /);
    expect(() => read(value)).toThrow(message);
  });
});
