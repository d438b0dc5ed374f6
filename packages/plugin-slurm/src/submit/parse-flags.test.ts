import { describe, expect, it } from 'vitest';
import { formatFlag, parseFlags, splitWords } from './parse-flags.ts';

const field = 'pod.metadata.annotations[slurm-job.vk.io/flags]';
const words = (text: string): string[] => parseFlags(text, field).map(formatFlag);

describe('parseFlags', () => {
  it.each([
    ['--mem=4G', ['--mem=4G']],
    ['--mem 4G --partition debug', ['--mem=4G', '--partition=debug']],
    ['-p debug -N1 -c=4 -t 10', ['--partition=debug', '--nodes=1', '--cpus-per-task=4', '--time=10']],
    ['--constraint="a b" -J \'my job\'', ['--constraint=a b', '--job-name=my job']],
    ['--job-name=a\\ b', ['--job-name=a b']],
    ['--exclusive --gres=gpu:a100:2', ['--exclusive', '--gres=gpu:a100:2']],
    ['--exclusive=user --nice=5', ['--exclusive=user', '--nice=5']],
    ['  \n --contiguous\t', ['--contiguous']],
    ['--job-name=$(x);`y`|z', ['--job-name=$(x);`y`|z']],
    ['', []],
  ])('reads %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it.each([
    ['--no-such-option=1', '--no-such-option is no option of sbatch'],
    ['--mem', '--mem needs a value'],
    ['--mem=', '--mem needs a value'],
    ['--contiguous=yes', '--contiguous takes no value'],
    ['gpu', '"gpu" is no option of sbatch'],
    ['-z 1', '"-z" is no option of sbatch'],
    ['--__proto__=1', 'is no option of sbatch'],
    ['--constructor=1', '--constructor is no option of sbatch'],
    ['--job-name="open', 'has a quote that is not closed'],
    ['--job-name="a\nb"', '--job-name has a value with a control character'],
    [`--job-name=${'x'.repeat(200_000)}`, '--job-name has a value of more than 4096 characters'],
  ])('refuses %.60j, naming the annotation', (text, message) => {
    expect(() => words(text)).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field }) as Error);
    expect(() => words(text)).toThrow(message);
  });
});

it.each([
  ["a 'b c' d", ['a', 'b c', 'd']],
  ['a"b c"d', ['ab cd']],
  ["'' x", ['', 'x']],
  ['"a\\"b" \'c\\d\'', ['a"b', 'c\\d']],
  ['$HOME *', ['$HOME', '*']],
])('splitWords splits %j as a shell, and expands nothing', (text, expected) => {
  expect(splitWords(text, field)).toEqual(expected);
});
