import { describe, expect, it } from 'vitest';
import { skipUnlessMaskable, withoutTools } from './hidden-tools.ts';
import { RunnerWorld } from './runner-world.ts';

const files = { tty: '', stdin: 'open\n' };

async function ranWithout(script: string, hidden: readonly string[] = []): Promise<RunnerWorld> {
  const world = await RunnerWorld.create({ containers: [{ name: 'main', argv: ['sh', '-c', script], files }] });
  await world.exitOf(world.start({ PATH: '/usr/bin:/bin' }, withoutTools(hidden)));
  return world;
}

describe('the terminal of a container', () => {
  it.for([
    { hidden: [], log: 'terminal 0\r\n' },
    { hidden: ['script'], log: 'terminal 0\r\n' },
    { hidden: ['script', 'python3'], log: 'terminal 1\n' },
  ])('of a machine without $hidden', async ({ hidden, log }, context) => {
    if (hidden.length > 0) await skipUnlessMaskable(context);
    await using world = await ranWithout('tty -s; echo "terminal $?"; exit 4', hidden);
    expect(await world.log('main')).toBe(log);
    expect(await world.state('main')).toMatchObject({ state: 'terminated', exitCode: 4, reason: 'Error' });
  });

  it('brings no variable and no open file along', async () => {
    await using world = await ranWithout('env | cut -d= -f1 | sort | tr "\\n" " "; echo /proc/self/fd/*');
    expect(await world.log('main')).toMatch(/^PATH PWD(?: _)? (?:\/proc\/self\/fd\/[0-3] ?)+\r\n$/);
  });

  it('shows why a container cannot start', async () => {
    const container = { name: 'main', argv: ['/no/such/program'], files };
    await using world = await RunnerWorld.create({ containers: [container] });
    await world.run();
    expect(await world.state('main')).toMatchObject({ exitCode: 127, reason: 'StartError', detail: 'CommandNotFound' });
  });
});
