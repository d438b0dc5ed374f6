import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogStruct, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';
import { createShellPlugin, ShellWorld, uidOf } from './shell-plugin.ts';

/** An HTTP server that is a plugin as the Go and Python ones are. */
export interface OldPluginServer extends AsyncDisposable {
  readonly url: string;
}

/** What an old plugin may do otherwise. */
export interface OldPluginOptions {
  /** A body that is no JSON ends the process. */
  readonly diesOfBadJson?: boolean;
  /** An unknown pod counts as one that ended well. */
  readonly inventsStatus?: boolean;
}

/**
 * Serves a plugin with the habits of the Go and Python ones: a ping answers text, unknown pods are left out, lists may be null,
 * a bad body is a 500 with text, the log of an unknown pod is a 500.
 */
export async function startOldPlugin(options: OldPluginOptions = {}): Promise<OldPluginServer> {
  const world = new ShellWorld();
  const plugin = createShellPlugin(world);

  async function answer(path: string, body: string, response: ServerResponse): Promise<void> {
    const value = JSON.parse(body === '' ? 'null' : body) as unknown;
    if (path === '/status') return void response.end(statusText(value as Pod[]));
    if (path === '/create') return void response.end(JSON.stringify(await plugin.create(value as RetrievedPodData)));
    if (path === '/delete') return plugin.delete(value as Pod).then(() => void response.end('Pod deleted'));
    if (path !== '/getLogs') return void response.writeHead(404).end('404 page not found\n');
    const request = value as LogStruct;
    checkUid(request.PodUID);
    for await (const chunk of await plugin.logs(request)) response.write(chunk);
    response.end();
  }

  function statusText(pods: readonly Pod[]): string {
    if (pods.length === 0) return 'alive';
    const statuses = pods.flatMap((pod) => {
      const { interlink, ...status } = world.pods.get(uidOf(pod))?.status() ?? { UID: '' };
      if (interlink !== undefined) return [status];
      return options.inventsStatus === true ? [invented(pod)] : [];
    });
    return JSON.stringify(statuses.length === 0 ? null : statuses);
  }

  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => answer(request.url ?? '', body, response))
      .catch((error: unknown) => {
        if (options.diesOfBadJson === true && error instanceof SyntaxError) {
          server.close();
          server.closeAllConnections();
        } else response.writeHead(500).end(String(error));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all([...world.pods.values()].map((held) => held.stop()));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: stop };
}

function checkUid(uid: unknown): void {
  if (typeof uid !== 'string' || uid.includes('/')) throw new TypeError('invalid UID');
}

function invented(pod: Pod): PodStatus {
  const containers = (pod.spec?.containers ?? []).map(({ name }) => ({ name, state: { terminated: { exitCode: 0 } } }));
  return { UID: uidOf(pod), name: pod.metadata?.name ?? '', containers: containers as never };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
