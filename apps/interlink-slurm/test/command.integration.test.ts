import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import { runApp, startApp, type AppEnd, type AppProcess } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-slurm-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Environment = Readonly<Record<string, string>>;
const run = (args: readonly string[], environment: Environment = {}): Promise<AppEnd> =>
  runApp('interlink-slurm', args, { environment: { XDG_STATE_HOME: directory, ...environment } });
const start = (args: readonly string[], environment: Environment = {}): Promise<AppProcess> =>
  startApp('interlink-slurm', args, { environment: { XDG_STATE_HOME: directory, ...environment } });

async function configFile(name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  return file;
}

/** Whether the plugin at this address answers; Slurm is not asked. */
async function held(url: string): Promise<unknown> {
  await using plugin = createRemotePlugin({ url, logger: silentLogger });
  return await plugin.status([{ metadata: { uid: 'u', name: 'p', namespace: 'n' } }]);
}
const unknown = [expect.objectContaining({ UID: 'u' })];

describe('interlink-slurm', () => {
  it('shows its version, and examples in its help', async () => {
    expect((await run(['--version'])).stdout.toString()).toBe(`${version}\n`);
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/Examples:\n {2}interlink-slurm/);
    expect(stdout.toString()).toContain('SLURMCONFIGPATH=/etc/interlink/SlurmConfig.yaml interlink-slurm');
  });

  it('listens on a socket of its own where nothing is told, for its user alone, and ends with 0', async () => {
    const file = await configFile('small.yaml', 'runtime: none\n');
    await using server = await start(['--config', file]);
    await server.said('"listening"');
    const socket = join(directory, 'interlink/slurm/plugin.sock');
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect(await held(`unix://${socket}`)).toEqual(unknown);
    server.kill('SIGTERM');
    expect((await server.ended).exitCode).toBe(0);
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['an unknown key', 'partition: x', 'unknown key partition'],
    ['an unknown key inside', 'commands: { qsub: x }', 'unknown key commands.qsub'],
    ['a flag that is none', 'flags: { default: [--nonsense] }', 'flags.default: '],
    [
      'a flag that is the plugin’s own',
      'flags: { default: [--output=/x] }',
      'flags.default: --output is set by interLink',
    ],
    ['a relative path', 'workDirectory: jobs', 'workDirectory: must be an absolute path'],
    ['a port of the Go plugin that is none', 'SidecarPort: http', 'SidecarPort must be a port number'],
  ])('ends with 2 for %s, naming file and key', async (_what, text, message) => {
    const file = await configFile('bad.yaml', text);
    const { exitCode, stdout, stderr } = await run(['--config', file]);
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain(`interlink-slurm: ${file}: ${message}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 2 for a file that is not there', async () => {
    for (const end of [
      await run(['--config', join(directory, 'nothing.yaml')]),
      await run([], { SLURMCONFIGPATH: join(directory, 'nothing.yaml') }),
    ]) {
      expect(end.exitCode).toBe(2);
      expect(end.stderr).toContain('nothing.yaml: cannot be read (ENOENT)');
    }
  });

  it('takes a file of the Go plugin by the Go plugin’s ways, and warns of what it does not do', async () => {
    const socket = join(directory, 'go.sock');
    const file = await configFile(
      'SlurmConfig.yaml',
      `Socket: unix://${socket}\nDataRootFolder: ${directory}/go/\nSbatchPath: /usr/bin/sbatch\nNamespace: vk\nExtensions: { runtime: none }\n`,
    );
    for (const [args, environment] of [
      [[], { SLURMCONFIGPATH: file }],
      [['-SlurmConfigpath', file], {}],
    ] as const) {
      await using server = await start(args, environment);
      await server.said('"listening"');
      await server.said('Namespace has no effect, as in the Go plugin');
      expect(await held(`unix://${socket}`)).toEqual(unknown);
      server.kill('SIGINT');
      expect((await server.ended).exitCode).toBe(0);
    }
  });

  it('says in the ping that Slurm cannot be asked, and goes on', async () => {
    const socket = join(directory, 'no-slurm.sock');
    const text = `address: unix://${socket}\nworkDirectory: ${directory}/no-slurm\nruntime: none\ncommands: { scontrol: /no/scontrol }\n`;
    await using server = await start(['--config', await configFile('no-slurm.yaml', text)]);
    await server.said('"listening"');
    await using plugin = createRemotePlugin({ url: `unix://${socket}`, logger: silentLogger });
    await expect(plugin.ping()).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(await held(`unix://${socket}`)).toEqual(unknown);
  });
});
