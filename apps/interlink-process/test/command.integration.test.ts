import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import { runApp, startApp, startOidcIssuer, type AppEnd, type AppProcess } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-process-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<AppEnd> =>
  runApp('interlink-process', args, { environment: { XDG_STATE_HOME: directory } });
const start = (...args: readonly string[]): Promise<AppProcess> =>
  startApp('interlink-process', args, { environment: { XDG_STATE_HOME: directory } });

async function configFile(name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  return file;
}

/** GET over a unix socket: status and body. */
async function get(socketPath: string, path: string): Promise<[number | undefined, unknown]> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path }, resolve).on('error', reject).end();
  });
  return [response.statusCode, await json(response)];
}

async function ping(url: string): Promise<unknown> {
  await using plugin = createRemotePlugin({ url, logger: silentLogger });
  return await plugin.ping();
}

describe('interlink-process', () => {
  it('shows its version, and examples in its help', async () => {
    expect((await run('--version')).stdout.toString()).toBe(`${version}\n`);
    const { exitCode, stdout } = await run('--help');
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/Examples:\n {2}interlink-process/);
  });

  it('listens on a socket of its own where nothing is told, for its user alone', async () => {
    await using server = await start();
    await server.said('"listening"');
    const socket = join(directory, 'interlink/process/plugin.sock');
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect(await ping(`unix://${socket}`)).toMatchObject({ interlink: { version: 1 } });
  });

  it.each([
    ['an unknown key', 'adress: unix:///tmp/x', 'unknown key adress'],
    ['an unknown key inside', 'capacity: { cpus: 1 }', 'unknown key capacity.cpus'],
    ['a bad value', 'runtime: docker', 'runtime: '],
    ['a relative path', 'workDirectory: jobs', 'workDirectory: must be an absolute path'],
    ['a bad quantity', 'capacity: { memory: lots }', 'capacity.memory: must be a Kubernetes quantity'],
    ['an address that is none', 'address: localhost:4000', 'address: '],
    [
      'an issuer that anybody can play',
      'oidc: [{ issuer: http://iam.example, audiences: [a] }]',
      'oidc[0].issuer: must be',
    ],
    [
      'nodes, of which a plugin knows nothing',
      "oidc: [{ issuer: 'https://i', audiences: [a], nodesClaim: n }]",
      'unknown key oidc[0].nodesClaim',
    ],
    ['a list in place of keys', '- address', ''],
  ])('ends with 2 for %s, naming file and key', async (_what, text, message) => {
    const file = await configFile('bad.yaml', text);
    const { exitCode, stdout, stderr } = await run('--config', file);
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain(`interlink-process: ${file}: ${message}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 2 and the line for a file with a syntax error', async () => {
    const file = await configFile('syntax.yaml', 'runtime: none\naddress: [\n');
    const { exitCode, stderr } = await run('--config', file);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^interlink-process: \S+syntax\.yaml:\d+:\d+: .*\n$/);
  });

  it('ends with 2 for a file that is not there', async () => {
    const { exitCode, stderr } = await run('--config', join(directory, 'nothing.yaml'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing.yaml: cannot be read (ENOENT)');
  });

  it('ends with 2 for an address that is none', async () => {
    const { exitCode, stderr } = await run('--address', 'localhost:4000');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^interlink-process: --address: .*localhost:4000.*\n$/);
  });

  it('refuses an address that others reach without TLS and a credential', async () => {
    const { exitCode, stderr } = await run('--address', 'http://0.0.0.0:0');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('insecure');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s and takes its socket away', async (signal) => {
    const socket = join(directory, `${signal}.sock`);
    await using server = await start('--address', `unix://${socket}`);
    await server.said('"listening"');
    expect(await ping(`unix://${socket}`)).toBeDefined();
    server.kill(signal);
    expect((await server.ended).exitCode).toBe(0);
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });

  it('takes over the socket that a killed one left', async () => {
    const address = `unix://${join(directory, 'stale.sock')}`;
    const work = await configFile('stale.yaml', `address: ${address}\nworkDirectory: ${join(directory, 'stale')}`);
    {
      await using killed = await start('--config', work);
      await killed.said('"listening"');
    }
    await using next = await start('--config', work);
    await next.said('"listening"');
    expect(await ping(address)).toBeDefined();
  });

  it('ends with 1 and names a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    try {
      const { exitCode, stderr } = await run('--address', `http://127.0.0.1:${port}`);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(new RegExp(`^interlink-process: .*127\\.0\\.0\\.1:${port}.*in use.*$`, 'm'));
    } finally {
      other.close();
    }
  });

  it('ends with 1 when another plugin works in the directory, and leaves that one alone', async () => {
    const work = join(directory, 'shared');
    const file = await configFile('shared.yaml', `workDirectory: ${work}`);
    await using first = await start('--config', file);
    await first.said('"listening"');
    const { exitCode, stderr } = await run('--config', file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(work);
    expect(await ping(`unix://${join(work, 'plugin.sock')}`)).toBeDefined();
  });

  it('takes the tokens of an issuer, and of no other', async () => {
    await using issuer = await startOidcIssuer();
    await using other = await startOidcIssuer();
    const text = [
      'address: http://127.0.0.1:0',
      `workDirectory: ${join(directory, 'oidc')}`,
      'oidc:',
      `  - { issuer: '${issuer.url}', audiences: [plugin], requiredGroups: [api] }`,
    ];
    await using server = await start('--config', await configFile('oidc.yaml', text.join('\n')));
    await server.said('"listening"');
    const url = /"address":"(http:[^"]+)","msg":"listening"/.exec(server.output())?.[1] ?? '';
    const status = async (token?: string): Promise<number> => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/pods`, { headers })).status;
    };
    expect(await status(await issuer.sign({ aud: 'plugin', sub: 'api', groups: ['api'] }))).toBe(200);
    expect(await status()).toBe(401);
    expect(await status(await other.sign({ aud: 'plugin', sub: 'api', groups: ['api'] }))).toBe(401);
    expect(await status(await issuer.sign({ aud: 'another', sub: 'api', groups: ['api'] }))).toBe(401);
    expect(await status(await issuer.sign({ aud: 'plugin', sub: 'guest', groups: ['guests'] }))).toBe(403);
  });

  it('serves profiles of itself on its own address when asked to', async () => {
    const work = join(directory, 'profiled');
    await using server = await start(
      '--config',
      await configFile('profiled.yaml', `workDirectory: ${work}\nprofiling: true`),
    );
    await server.said('"listening"');
    const socket = join(work, 'plugin.sock');
    const [status, profile] = await get(socket, '/debug/profile?seconds=1');
    expect([status, profile]).toEqual([200, expect.objectContaining({ nodes: expect.any(Array) as unknown })]);
    expect(await get(socket, '/debug/heap')).toEqual([
      200,
      expect.objectContaining({ snapshot: expect.any(Object) as unknown, strings: expect.any(Array) as unknown }),
    ]);
    const [refused, body] = await get(socket, '/debug/profile?seconds=301');
    expect([refused, body]).toEqual([400, expect.objectContaining({ message: 'seconds must be 1 to 300' })]);
  }, 60_000);

  it('serves no profiles unless asked to', async () => {
    await using server = await start('--config', await configFile('plain.yaml', `workDirectory: ${directory}/plain`));
    await server.said('"listening"');
    for (const path of ['/debug/profile', '/debug/heap']) {
      const [status] = await get(join(directory, 'plain/plugin.sock'), path);
      expect(status).toBe(404);
    }
  });

  it('refuses profiles where anybody could read them', async () => {
    const file = await configFile('seen.yaml', 'address: http://0.0.0.0:0\ninsecure: true\nprofiling: true');
    const { exitCode, stderr } = await run('--config', file);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^interlink-process: profiling: .*tokenFile/m);
  });

  it('shows a configuration in its help that works', async () => {
    const help = (await run('--help')).stdout.toString();
    const example = /A configuration:\n([^]*)$/.exec(help)?.[1] ?? '';
    const text = example.replaceAll(/^ {2}/gm, '').replaceAll(/\/(run|var\/lib)\//g, `${directory}/`);
    await mkdir(join(directory, 'interlink'), { recursive: true });
    await using server = await start('--config', await configFile('help.yaml', text));
    await server.said('"listening"');
    expect(await readFile(join(directory, 'help.yaml'), 'utf8')).toContain('runtime: none');
  });
});
