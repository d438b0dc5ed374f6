import { expect, it } from 'vitest';
import { parseMounts } from './parse-mounts.ts';

const field = 'pod.metadata.annotations[slurm-job.vk.io/singularity-mounts]';
const read = (text: string) => parseMounts(text, ['--bind', '-B'], field);

it('reads mounts as singularity does', () => {
  expect(read('--bind /data,/scratch/in:/in:ro -B /sw --bind="/a b":/c')).toEqual([
    { path: '/data', target: '/data', readOnly: false, field },
    { path: '/scratch/in', target: '/in', readOnly: true, field },
    { path: '/sw', target: '/sw', readOnly: false, field },
    { path: '/a b', target: '/c', readOnly: false, field },
  ]);
});

it.each([
  ['--overlay /x', '--overlay is none of --bind, -B'],
  ['/data', '/data is none of --bind, -B'],
  ['--bind', '--bind needs a value'],
  ['--bind data', 'data has a path that is not absolute'],
  ['--bind /a/../etc', '/a/../etc has a path that is not absolute'],
  ['--bind /a:/b:rw:x', '/a:/b:rw:x is no mount'],
  ['--bind /a:/b:exec', '/a:/b:exec is no mount'],
])('refuses %j, naming the annotation', (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field }) as Error);
  expect(() => read(text)).toThrow(message);
});
