import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcesses, runApp, startApp, type AppEnd, type AppProcess } from '@interlink/testbed';
import { stringify } from 'yaml';

/** `interlink` as a person runs it, with a temporary directory of its own, so that what it leaves behind shows. */
export interface Workbench extends AsyncDisposable {
  readonly directory: string;
  /** Environment of every process that is started here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes the objects as a YAML file, and gives its path. */
  file(name: string, ...objects: readonly unknown[]): Promise<string>;
  interlink(...args: readonly string[]): Promise<AppEnd>;
  start(...args: readonly string[]): Promise<AppProcess>;
  /** Files in the temporary directory, and processes that name it. */
  leftovers(): Promise<readonly string[]>;
}

/** Makes a workbench in a short path, since sockets need one. */
export async function openWorkbench(more: Readonly<Record<string, string | undefined>> = {}): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), 'il-'));
  const temporary = await mkdtemp(join(directory, 't'));
  const environment = { TMPDIR: temporary, XDG_STATE_HOME: join(directory, 's'), KUBECONFIG: undefined, ...more };
  return {
    directory,
    environment,
    async file(name, ...objects) {
      const path = join(directory, name);
      await writeFile(path, objects.map((object) => stringify(object)).join('---\n'));
      return path;
    },
    interlink: (...args) => runApp('interlink', args, { environment }),
    start: (...args) => startApp('interlink', args, { environment }),
    leftovers: async () => [...(await readdir(temporary)), ...(await findProcesses(temporary))],
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A pod with one container that runs a shell script. */
export function shellPod(script: string, more: { readonly spec?: object; readonly container?: object } = {}): object {
  const container = { name: 'main', image: 'busybox', command: ['sh', '-c', script], ...more.container };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' }, spec: { containers: [container], ...more.spec } };
}
