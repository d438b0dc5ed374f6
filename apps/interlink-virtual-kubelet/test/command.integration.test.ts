import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runApp, startApp, startControlPlane, type AppEnd, type AppOptions } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-vk-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Environment = NonNullable<AppOptions['environment']>;

const run = (args: readonly string[], environment: Environment = {}): Promise<AppEnd> =>
  runApp('interlink-virtual-kubelet', args, {
    environment: { NODENAME: undefined, KUBECONFIG: undefined, ...environment },
  });

async function configFile(name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  return file;
}

describe('interlink-virtual-kubelet', () => {
  it.each(['--version', '-version'])('shows its version for %s', async (flag) => {
    const { exitCode, stdout } = await run([flag]);
    expect([exitCode, stdout.toString()]).toEqual([0, `${version}\n`]);
  });

  it('shows examples in its help', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/Examples:\n {2}interlink-virtual-kubelet/);
  });

  it.each([
    ['an unknown key of its own block', 'Extensions: { Worker: 3 }', 'unknown key Extensions.Worker'],
    ['a flag that is a text', 'DisableCSR: perhaps', 'DisableCSR: '],
    ['a quantity that is none', 'Resources: { CPU: many }', 'Resources.CPU'],
    ['an address that is none', 'InterlinkURL: ftp://there', 'InterlinkURL'],
    ['a list in place of keys', '[1]', ''],
  ])('ends with 2 for %s, naming file and key', async (_what, text, message) => {
    const file = await configFile('bad.yaml', `${text}\n`);
    const { exitCode, stdout, stderr } = await run(['--nodename', 'n', '-configpath', file]);
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain(`interlink-virtual-kubelet: ${file}: ${message}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each<[string, Environment, string]>([
    ['no node name', {}, 'set NODENAME or --nodename'],
    ['a node name that is none', { NODENAME: 'My Node' }, '"My Node"'],
    ['a port that is none', { NODENAME: 'n', KUBELET_PORT: 'many' }, 'KUBELET_PORT'],
    ['an address of the node that is none', { NODENAME: 'n', POD_IP: 'here' }, 'POD_IP'],
    [
      'a file that is not there',
      { NODENAME: 'n', CONFIGPATH: '/nowhere.yaml' },
      '/nowhere.yaml: cannot be read (ENOENT)',
    ],
    ['a kubeconfig that is not there', { NODENAME: 'n', KUBECONFIG: '/nowhere' }, '/nowhere'],
  ])('ends with 2 for %s, naming it', async (_what, environment, message) => {
    const file = await configFile('good.yaml', 'InterlinkURL: unix:///api.sock\n');
    const { exitCode, stderr } = await run([], { CONFIGPATH: file, ...environment });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('interlink-virtual-kubelet with a cluster', () => {
  let controlPlane: Awaited<ReturnType<typeof startControlPlane>>;
  let environment: Environment;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
    const { kubeconfigFile: KUBECONFIG } = controlPlane;
    environment = { NODENAME: 'n', KUBECONFIG, KUBELET_URL: '127.0.0.1', KUBELET_PORT: '0', POD_IP: '127.0.0.1' };
  }, 12 * 60_000);
  afterAll(() => controlPlane[Symbol.asyncDispose](), 60_000);

  it('ends with 2 where the file does not say where the interLink API is', async () => {
    const { exitCode, stderr } = await run(['--config', await configFile('empty.yaml', '')], environment);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('InterlinkURL is required');
  });

  it('ends with 1 and names a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const file = await configFile('port.yaml', 'InterlinkURL: unix:///api.sock\nDisableCSR: true\n');
      const { exitCode, stderr } = await run(['--config', file], { ...environment, KUBELET_PORT: String(port) });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(new RegExp(`^interlink-virtual-kubelet: .*127\\.0\\.0\\.1:${port}.*$`, 'm'));
    } finally {
      other.close();
    }
  });

  it('serves profiles of itself when the file of the Go program says so', async () => {
    const text = 'InterlinkURL: unix:///api.sock\nDisableCSR: true\nPprof: { Enabled: true, Port: 0 }\n';
    await using kubelet = await startApp('interlink-virtual-kubelet', ['--config', await configFile('p.yaml', text)], {
      environment,
    });
    await kubelet.said('profiles of this process are served');
    const url = /"url":"(http:[^"]+)"/.exec(kubelet.output())?.[1] ?? '';
    const answer = await fetch(`${url}/debug/profile?seconds=1`);
    expect([answer.status, await answer.json()]).toMatchObject([200, { nodes: expect.any(Array) as unknown }]);
  });

  it.each(['client-certificate', 'client-certificate-data'])(
    'tells the end of the %s of its kubeconfig',
    async (kind) => {
      const { server, certificates } = controlPlane;
      const { certificateFile, privateKeyFile } = certificates.admin;
      const certificate = await readFile(certificateFile, 'utf8');
      const user =
        kind === 'client-certificate'
          ? { 'client-certificate': certificateFile, 'client-key': privateKeyFile }
          : {
              'client-certificate-data': btoa(certificate),
              'client-key-data': btoa(await readFile(privateKeyFile, 'utf8')),
            };
      const cluster = { server, 'certificate-authority': certificates.clusterAuthority.certificateFile };
      const kubeconfig = {
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user }],
      };
      const KUBECONFIG = await configFile(`${kind}.kubeconfig`, JSON.stringify(kubeconfig));
      const operations = "Extensions: { Operations: { Address: '127.0.0.1:0' } }";
      const text = `InterlinkURL: unix:///api.sock\nDisableCSR: true\n${operations}\n`;
      await using kubelet = await startApp(
        'interlink-virtual-kubelet',
        ['--config', await configFile('e.yaml', text)],
        {
          environment: { ...environment, KUBECONFIG },
        },
      );
      await kubelet.said('virtual kubelet started');
      const url = /"url":"(http:[^"]+)","msg":"health/.exec(kubelet.output())?.[1] ?? '';
      const end = Date.parse(new X509Certificate(certificate).validTo) / 1000;
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        `interlink_certificate_expiry_timestamp_seconds{use="kubernetes_client"} ${end}\n`,
      );
    },
  );

  it('warns about a misspelt key, runs without the interLink API, and ends with 0 on SIGTERM', async () => {
    const file = await configFile('odd.yaml', 'InterLinkURL: x\nInterlinkURL: unix:///api.sock\nDisableCSR: true\n');
    await using kubelet = await startApp('interlink-virtual-kubelet', ['--config', file], { environment });
    await kubelet.said('virtual kubelet started');
    expect(kubelet.output()).toContain(String.raw`nothing reads the key InterLinkURL; \"InterlinkURL\" is known`);
    kubelet.kill('SIGTERM');
    expect((await kubelet.ended).exitCode).toBe(0);
  });
});
