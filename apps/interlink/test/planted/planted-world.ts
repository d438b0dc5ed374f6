import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import { startApp, startControlPlane, startOidcIssuer, type AppProcess, type TestIssuer } from '@interlink/testbed';

/** The secrets of the hops, which nobody may see. */
export interface HopSecrets {
  readonly clientSecret: string;
  readonly pluginToken: string;
}

/** Control plane, issuer, and the three processes at level debug, with traces and every credential that the hops can have. */
export interface PlantedWorld extends AsyncDisposable {
  readonly client: KubeClient;
  readonly issuer: TestIssuer;
  readonly tokenFile: string;
  readonly apiUrl: string;
  readonly plugin: () => AppProcess;
  startPlugin(): Promise<void>;
  stopPlugin(): Promise<void>;
  /** What was sent to the collector of traces. */
  readonly spans: () => string;
  /** Everything that the processes wrote, their metrics, and what was sent to the collector of traces. */
  said(): Promise<string>;
}

interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly text: () => string;
}

async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => Buffer.concat(bodies).toString('latin1'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const addressPattern = /"address":"(http:\/\/127\.0\.0\.1:\d+)"/;

/** Starts a {@link PlantedWorld} whose node is called `hpc`. */
export async function startPlantedWorld(secrets: HopSecrets): Promise<PlantedWorld> {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'il-planted-'));
  stack.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const controlPlane = stack.use(await startControlPlane({ directory: join(directory, 'control-plane') }));
  const { kubeconfigFile } = controlPlane;
  const client = stack.use(await createKubeClient({ kubeconfigFile, logger: silentLogger }));
  const collector = stack.use(await startCollector());
  const issuer = stack.use(
    await startOidcIssuer({ clientId: 'vk', clientSecret: secrets.clientSecret, lifetimeSeconds: 20 }),
  );
  const files = {
    tokens: join(directory, 'plugin-tokens'),
    pluginToken: join(directory, 'plugin-token'),
    secret: join(directory, 'client-secret'),
  };
  await writeFile(files.tokens, `${secrets.pluginToken} api\n`, { mode: 0o600 });
  await writeFile(files.pluginToken, `${secrets.pluginToken}\n`, { mode: 0o600 });
  await writeFile(files.secret, `${secrets.clientSecret}\n`, { mode: 0o600 });
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    XDG_STATE_HOME: directory,
  };
  const outputs: AppProcess[] = [];

  async function start(app: string, config: object, more: Record<string, string> = {}): Promise<AppProcess> {
    const file = join(directory, `${app}.yaml`);
    await writeFile(file, JSON.stringify(config));
    const flags = app === 'interlink-process' ? ['--verbose'] : [];
    const started = await startApp(app, ['--config', file, ...flags], { environment: { ...environment, ...more } });
    outputs.push(started);
    stack.use(started);
    return started;
  }

  const socket = `unix://${join(directory, 'plugin.sock')}`;
  const startOwnPlugin = async (): Promise<AppProcess> => {
    const started = await start('interlink-process', {
      address: socket,
      tokenFile: files.tokens,
      workDirectory: join(directory, 'jobs'),
      runtime: 'none',
    });
    await started.said('"listening"');
    return started;
  };
  let plugin = await startOwnPlugin();
  const api = await start('interlink-api', {
    InterlinkAddress: 'http://127.0.0.1',
    InterlinkPort: '0',
    SidecarURL: socket,
    VerboseLogging: true,
    Extensions: {
      PluginTokenFile: files.pluginToken,
      OIDC: [{ Issuer: issuer.url, Audiences: ['interlink'] }],
      Authorization: { Nodes: [{ Name: 'oidc:caller', Nodes: ['hpc'] }] },
    },
  });
  await api.said('api server started');
  const apiUrl = addressPattern.exec(api.output())?.[1] ?? '';
  const kubelet = await start(
    'interlink-virtual-kubelet',
    {
      InterlinkURL: apiUrl,
      DisableCSR: true,
      VerboseLogging: true,
      Extensions: {
        PingIntervalSeconds: 2,
        StatusIntervalSeconds: 1,
        Operations: { Address: '127.0.0.1:0' },
        OAuth2: {
          TokenURL: issuer.tokenEndpoint,
          ClientID: 'vk',
          ClientSecretFile: files.secret,
          Audience: 'interlink',
        },
      },
    },
    { NODENAME: 'hpc', KUBECONFIG: kubeconfigFile, KUBELET_URL: '127.0.0.1', KUBELET_PORT: '0', POD_IP: '127.0.0.1' },
  );
  await kubelet.said('virtual kubelet started');

  async function metrics(): Promise<string> {
    const authorization = `Bearer ${await issuer.sign({ aud: 'interlink' })}`;
    const answer = await fetch(`${apiUrl}/metrics`, { headers: { authorization } });
    const operations = /"address":"(?:http:\/\/)?(127\.0\.0\.1:\d+)"/.exec(kubelet.output())?.[1];
    const own = operations === undefined ? '' : await (await fetch(`http://${operations}/metrics`)).text();
    return `${await answer.text()}\n${own}`;
  }

  return {
    client,
    issuer,
    apiUrl,
    tokenFile: files.pluginToken,
    plugin: () => plugin,
    async startPlugin() {
      plugin = await startOwnPlugin();
    },
    async stopPlugin() {
      plugin.kill('SIGTERM');
      await plugin.ended;
    },
    spans: () => collector.text(),
    said: async () => [...outputs.map((app) => app.output()), await metrics(), collector.text()].join('\n'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
