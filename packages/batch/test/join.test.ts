import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { runCommand } from '../src/host/run-command.ts';
import { formatNulList } from '../src/directory/nul-list.ts';
import type { NamespaceKind } from '../src/mounts/mount-namespaces.ts';
import { RunnerWorld, type TestContainer } from './runner-world.ts';

const untilStopped = ['sh', '-c', 'echo up; sleep 600'];
const notRunning = { exitCode: 125, stderr: 'interlink: container main is not running\n' };

async function running(container: Partial<TestContainer> = {}): Promise<RunnerWorld> {
  const world = await RunnerWorld.create({ containers: [{ name: 'main', argv: untilStopped, ...container }] });
  world.start();
  await world.until(async () => (await world.log('main')).includes('up'));
  return world;
}

/** By doing it: what a machine allows is nobody's to guess. */
const attempts: Readonly<Record<NamespaceKind, readonly string[]>> = {
  root: ['unshare', '--mount', 'true'],
  user: ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', 'true'],
  bubblewrap: ['bwrap', '--dev-bind', '/', '/', 'true'],
};

async function skipWithout(kind: NamespaceKind, { skip }: TestContext): Promise<void> {
  const failure = await runCommand(attempts[kind]).then(
    ({ exitCode, stderr }) => (exitCode === 0 ? undefined : stderr),
    (error: unknown) => String(error),
  );
  skip(failure !== undefined, `no namespaces of the kind ${kind}: ${failure}`);
}

describe('a command in a running container', () => {
  it('has the standard streams and its own exit code', async () => {
    await using world = await running();
    const script = 'read line; echo "out $line"; echo err >&2; exit 7';
    const result = await world.join('main', ['sh', '-c', script], { stdin: 'in\n' });
    expect(result).toEqual({ exitCode: 7, stdout: 'out in\n', stderr: 'err\n' });
  });

  it('has the environment and the working directory of the container, and nothing of the caller', async () => {
    const environment = ['PATH=/usr/bin:/bin', 'A=1 2', 'il_pid=x', 'a.b=c', 'LC_ALL=de_DE.UTF-8'];
    await using world = await running({ environment, workingDirectory: '/usr/bin' });
    const { stdout } = await world.join('main', ['env', '-0'], {
      environment: { PATH: '/bin', SECRET: 'of the caller' },
    });
    expect(stdout.split('\0').slice(0, -1).toSorted()).toEqual(environment.toSorted());
    expect((await world.join('main', ['pwd', '-P'])).stdout).toBe('/usr/bin\n');
  });

  it('gets its arguments as they are', async () => {
    await using world = await running();
    const words = ['$(id)', '`id`', '"; exit 9; "', "'", '\\', '\n', '*', '~', '-n', '--', 'a=b', ''];
    const { stdout } = await world.join('main', ['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    expect((await world.join('main', ['a=b'])).exitCode).toBe(127);
  });

  it.each([
    [['no-such-command-anywhere'], 127],
    [['/no/such/file'], 127],
    [['/etc/passwd'], 126],
  ])('that cannot be started (%j) ends with %i', async (command, exitCode) => {
    await using world = await running();
    const result = await world.join('main', command);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(command[0]);
  });

  it.for(['root', 'user', 'bubblewrap'] as const)('sees its mounts (%s)', async (namespace, context) => {
    await skipWithout(namespace, context);
    await using world = await running({ namespace, workingDirectory: '/volume-of-test' });
    await writeFile(join(world.directory, 'volume/file'), 'in the volume');
    expect(await world.join('main', ['cat', 'file'])).toMatchObject({ exitCode: 0, stdout: 'in the volume' });
    expect(await world.join('main', ['cat', '/volume-of-test/file'])).toMatchObject({ stdout: 'in the volume' });
    expect(await world.join('main', ['no-such-command'])).toMatchObject({ exitCode: 127 });
  });

  // What apptainer does: its own process stays outside, and the container's first one has the number 1.
  const runtime = ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc'];
  const inside = [
    'env',
    '-u',
    'RUNTIME_A',
    '-u',
    'RUNTIME_LINES',
    'A=1 2',
    '1a.b=x',
    'OF_IMAGE=yes',
    'sh',
    '-c',
    'cd /usr; echo up; sleep 600; true',
  ];

  it.for([
    [[], '/usr'],
    [['/var/run/..'], '/'],
    [['/var/run'], '/run'],
  ] as const)('joins the namespaces that a runtime made (%j)', async ([directory, expected], context) => {
    await skipWithout('user', context);
    const files = { join: formatNulList(['RUNTIME_', ...directory]) };
    const environment = ['PATH=/usr/bin:/bin', 'RUNTIME_A=1 2', 'RUNTIME_LINES=a\r\r\nb', 'OF_RUNTIME=no'];
    await using world = await running({ argv: [...runtime, ...inside], environment, files });
    const variables = (await world.join('main', ['env', '-0'])).stdout.split('\0');
    expect(variables).toEqual(expect.arrayContaining(['A=1 2', 'LINES=a\r\nb', '1a.b=x', 'OF_IMAGE=yes']));
    expect(variables).not.toEqual(expect.arrayContaining([expect.stringMatching(/^RUNTIME_/)]));
    const script =
      'read pid rest </proc/self/stat; echo $pid; id -u; readlink /proc/self/ns/mnt /proc/1/ns/mnt; pwd -P';
    const [pid, user, own, first, place] = (await world.join('main', ['sh', '-c', script])).stdout.split('\n');
    expect(Number(pid)).toBeLessThan(100);
    expect([user, own, place]).toEqual(['0', first, expected]);
  });

  it('can be asked about without running one', async () => {
    await using world = await running();
    expect(await world.join('main', [])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('a container that is not running', () => {
  it.each([
    ['not started yet', { containers: [{ name: 'first', kind: 'init', argv: untilStopped }] }, 'first'],
    ['waiting for its restart', { restartPolicy: 'Always', backoffSeconds: 600, containers: [] }, 'main'],
  ] as const)('says so, %s', async (_, job, seen) => {
    const main = { name: 'main', argv: ['echo', 'up'] };
    await using world = await RunnerWorld.create({ ...job, containers: [...job.containers, main] });
    world.start();
    await world.until(async () => ['running', 'waiting'].includes((await world.state(seen))?.state ?? ''));
    if (seen === 'main') await world.until(async () => (await world.state(seen))?.state === 'waiting');
    expect(await world.join('main', ['true'])).toMatchObject(notRunning);
    expect(await world.join('main', [])).toMatchObject(notRunning);
  });

  it('says so after its end', async () => {
    await using world = await RunnerWorld.create({ containers: [{ name: 'main', argv: ['true'] }] });
    await world.run();
    expect(await world.join('main', ['true'])).toMatchObject(notRunning);
  });
});
