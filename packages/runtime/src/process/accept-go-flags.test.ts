import { expect, it } from 'vitest';
import { acceptGoFlags } from './accept-go-flags.ts';

it.each([
  [
    ['-nodename', 'vk'],
    ['--nodename', 'vk'],
  ],
  [['-nodename=vk'], ['--nodename=vk']],
  [
    ['--nodename', 'vk'],
    ['--nodename', 'vk'],
  ],
  [
    ['-n', '-other'],
    ['-n', '-other'],
  ],
])('takes %j for %j', (commandLine, expected) => {
  expect(acceptGoFlags(commandLine, ['nodename', 'configpath'])).toEqual(expected);
});
