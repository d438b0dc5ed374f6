import { createRequire } from 'node:module';
import { runApp } from '@interlink/testbed';
import { describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

describe('interlink', () => {
  it('shows its version', async () => {
    const { exitCode, stdout } = await runApp('interlink', ['--version']);
    expect([exitCode, stdout.toString()]).toEqual([0, `${version}\n`]);
  });

  it('shows every command in its help, and none that is its own affair', async () => {
    const { exitCode, stdout } = await runApp('interlink', ['--help']);
    expect(exitCode).toBe(0);
    const commands = [...stdout.toString().matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(['quickstart', 'lab', 'run', 'explain', 'doctor', 'help']);
    expect((await runApp('interlink', ['lab', '--help'])).stdout.toString()).not.toContain('serve');
  });

  it.each(['quickstart', 'lab', 'run', 'explain', 'doctor'])('shows examples in the help of %s', async (command) => {
    const { exitCode, stdout } = await runApp('interlink', [command, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(new RegExp(`^Examples:\n  interlink ${command}`, 'm'));
  });

  it.each([
    [['nonsense'], 'nonsense'],
    [['run'], 'file'],
    [['doctor', '--nod'], '--nod'],
  ])('ends with 1 for %j, and names what is wrong', async (args, name) => {
    const { exitCode, stdout, stderr } = await runApp('interlink', args);
    expect([exitCode, stdout.toString()]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(name);
  });
});
