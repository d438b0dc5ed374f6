import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runApp, sendAsGo, startApp, type AppEnd, type AppOptions, type AppProcess } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-api-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const run = (args: readonly string[], environment: AppOptions['environment'] = {}): Promise<AppEnd> =>
  runApp('interlink-api', args, { environment });
const start = (args: readonly string[], environment: AppOptions['environment'] = {}): Promise<AppProcess> =>
  startApp('interlink-api', args, { environment });

async function configFile(name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  return file;
}

const onSocket = (name: string): string =>
  `InterlinkAddress: unix://${join(directory, name)}\nSidecarURL: unix:///p.sock\n`;

describe('interlink-api', () => {
  it.each(['--version', '-version'])('shows its version for %s', async (flag) => {
    const { exitCode, stdout } = await run([flag]);
    expect([exitCode, stdout.toString()]).toEqual([0, `${version}\n`]);
  });

  it('shows examples in its help', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/Examples:\n {2}interlink-api/);
  });

  it.each([
    ['InterLinkAddress', 'InterLinkAddress: http://127.0.0.1', 'InterLinkAddress; "InterlinkAddress" is known'],
    ['TLS.certFile', 'TLS: { certFile: /x }', 'TLS.certFile; "CertFile" is known'],
    ['ExportPodData', 'ExportPodData: true', 'ExportPodData'],
  ])('warns about the key %s that nothing reads, and runs', async (key, text, message) => {
    const file = await configFile('odd.yaml', `${onSocket(`${key}.sock`)}${text}\n`);
    await using server = await start(['--config', file]);
    await server.said('api server started');
    expect(server.output()).toContain(JSON.stringify(`${file}: nothing reads the key ${message}`).slice(1, -1));
  });

  it.each([
    ['an unknown key of its own block', 'Extensions: { CallerToken: /x }', 'unknown key Extensions.CallerToken'],
    ['a flag that is a text', 'VerboseLogging: perhaps', 'VerboseLogging: '],
    ['a block that is a list', 'TLS: [1]', 'TLS: '],
    ['a port that is none', 'InterlinkAddress: http://127.0.0.1\nInterlinkPort: many', 'InterlinkPort'],
    ['an address that is none', 'InterlinkAddress: 127.0.0.1:3000', 'InterlinkAddress'],
    ['no plugin', 'SidecarURL: ""', 'SidecarURL is required'],
  ])('ends with 2 for %s, naming file and key', async (_what, text, message) => {
    const plugin = text.includes('SidecarURL') ? '' : 'SidecarURL: unix:///p.sock\n';
    const file = await configFile('bad.yaml', `${plugin}${text}\n`);
    const { exitCode, stdout, stderr } = await run(['--config', file]);
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain(`interlink-api: ${file}: ${message}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 2 and the name of the variable for a bad one', async () => {
    const file = await configFile('good.yaml', onSocket('env.sock'));
    const { exitCode, stderr } = await run(['--config', file], { SIDECARURL: 'ftp://there' });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^interlink-api: environment SIDECARURL /);
  });

  it('ends with 2 for a file that is named and not there', async () => {
    const { exitCode, stderr } = await run([], { INTERLINKCONFIGPATH: join(directory, 'nothing.yaml') });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing.yaml: cannot be read (ENOENT)');
  });

  it('ends with 2 for a job-script template that is not there', async () => {
    const file = await configFile('template.yaml', `${onSocket('t.sock')}JobScriptTemplate: /nowhere/job.tmpl\n`);
    const { exitCode, stderr } = await run(['--config', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('/nowhere/job.tmpl');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s and takes its socket away', async (signal) => {
    const file = await configFile('ends.yaml', onSocket('ends.sock'));
    await using server = await start(['--config', file]);
    await server.said('api server started');
    expect((await stat(join(directory, 'ends.sock'))).mode & 0o777).toBe(0o600);
    server.kill(signal);
    expect((await server.ended).exitCode).toBe(0);
    await expect(stat(join(directory, 'ends.sock'))).rejects.toThrow('ENOENT');
  });

  it('ends with 0 although a plugin owes it an answer', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const silent = createServer((socket) => void socket.on('error', () => undefined).on('data', () => asked()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      const text = `SidecarURL: http://127.0.0.1:${port}\nInterlinkPort: 0\n`;
      await using server = await start(['--config', await configFile('busy.yaml', text)]);
      await server.said('api server started');
      const url = /"address":"(http:[^"]+)","plugin"/.exec(server.output())?.[1] ?? '';
      const answer = sendAsGo({ method: 'POST', url: `${url}/pinglink` }).catch(() => undefined);
      await isAsked;
      server.kill('SIGTERM');
      expect((await server.ended).exitCode).toBe(0);
      expect((await answer)?.status).not.toBe(200);
    } finally {
      silent.close();
    }
  }, 30_000);

  it('obeys the address of the file, and says aloud that others reach it', async () => {
    const text = 'InterlinkAddress: http://0.0.0.0\nInterlinkPort: 0\nSidecarURL: unix:///p.sock\n';
    await using server = await start(['--config', await configFile('open.yaml', text)]);
    await server.said('api server started');
    expect(server.output()).toMatch(/"level":40.*0\.0\.0\.0/);
  });

  it('serves profiles of itself on loopback when the environment of the Go program says so', async () => {
    const file = await configFile('profiled.yaml', onSocket('profiled.sock'));
    const environment = { ENABLE_PPROF: 'true', PPROF_ADDRESS: '0.0.0.0', PPROF_PORT: '0' };
    await using server = await start(['--config', file], environment);
    await server.said('api server started');
    expect(server.output()).toContain('environment PPROF_ADDRESS: profiles hold secrets');
    const url = /"url":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(server.output())?.[1] ?? '';
    const answer = await fetch(`${url}/debug/profile?seconds=1`);
    expect([answer.status, await answer.json()]).toMatchObject([200, { nodes: expect.any(Array) as unknown }]);
    expect((await fetch(`${url}/healthz`)).status).toBe(404);
  });

  it('ends with 1 and names a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const { exitCode, stderr } = await run([], { SIDECARURL: 'unix:///p.sock', INTERLINKPORT: String(port) });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(new RegExp(`^interlink-api: .*127\\.0\\.0\\.1:${port} is in use.*$`, 'm'));
    } finally {
      other.close();
    }
  });
});
