import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import type { OperationsServer } from '../operations/start-operations-server.ts';
import { createProfiler } from './profiler.ts';
import { readProfiling } from './read-profiling.ts';
import { serveProfiles } from './serve-profiles.ts';

let server: OperationsServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

async function start(): Promise<string> {
  server = await serveProfiles({ address: '127.0.0.1:0' }, silentLogger);
  return server.url;
}

interface CpuProfile {
  readonly nodes: readonly unknown[];
  readonly startTime: number;
  readonly endTime: number;
}

describe('profiles of this process', () => {
  it('are what developer tools read', async () => {
    const url = await start();
    const profile = (await (await fetch(`${url}/debug/profile?seconds=1`)).json()) as CpuProfile;
    expect(profile.nodes.length).toBeGreaterThan(0);
    // In microseconds.
    expect(profile.endTime - profile.startTime).toBeGreaterThan(900_000);
  });

  it.each(['0', '301', 'long', '-1'])('are not taken for %s seconds', async (seconds) => {
    const answer = await fetch(`${await start()}/debug/profile?seconds=${seconds}`);
    expect([answer.status, await answer.text()]).toEqual([400, 'seconds must be 1 to 300\n']);
  });

  it('are taken one at a time, and a client that leaves makes room', async () => {
    const url = await start();
    const client = new AbortController();
    const first = fetch(`${url}/debug/profile?seconds=300`, { signal: client.signal });
    first.catch(() => undefined);
    const statuses = async (): Promise<number> => (await fetch(`${url}/debug/profile?seconds=1`)).status;
    await expect.poll(statuses, { timeout: 20_000 }).toBe(409);
    expect((await fetch(`${url}/debug/heap`)).status).toBe(409);
    client.abort();
    await expect(first).rejects.toThrow();
    await expect.poll(statuses, { timeout: 20_000 }).toBe(200);
  });

  it('have a heap that is streamed, and that is done when it was read or given up', async () => {
    const profiler = createProfiler();
    const abandoned = profiler.heap();
    expect(() => profiler.heap()).toThrow('another profile or snapshot');
    abandoned.destroy();
    await new Promise((resolve) => abandoned.once('close', resolve));
    const snapshot = JSON.parse(await text(profiler.heap())) as object;
    expect(Object.keys(snapshot)).toEqual(expect.arrayContaining(['snapshot', 'nodes', 'edges', 'strings']));
  }, 60_000);

  it('are no answer to HEAD', async () => {
    expect((await fetch(`${await start()}/debug/heap`, { method: 'HEAD' })).status).toBe(405);
  });
});

describe('the keys and names of the Go components', () => {
  const read = (block: object | undefined, environment: Record<string, string> = {}) =>
    readProfiling(block, { file: 'vk.yaml', environment, defaultPort: 6060 });

  it('serve nothing unless asked', () => {
    expect(read(undefined)).toEqual({ warnings: [] });
    expect(read({ Address: '127.0.0.1', Port: 1 }, { ENABLE_PPROF: 'false' })).toEqual({ warnings: [] });
  });

  it.each([
    [{ Enabled: true }, {}, '127.0.0.1:6060'],
    [undefined, { ENABLE_PPROF: 'true' }, '127.0.0.1:6060'],
    [{ Enabled: true, Address: 'localhost', Port: '7070' }, {}, 'localhost:7070'],
    [{ Enabled: true, Port: 7070 }, { PPROF_ADDRESS: '::1', PPROF_PORT: '8080' }, '[::1]:8080'],
  ])('%j with %j are served at %s', (block, environment, address) => {
    expect(read(block, environment)).toEqual({ profiling: { address }, warnings: [] });
  });

  it('cannot open them to other machines', () => {
    const { profiling, warnings } = read({ Enabled: true, Address: '0.0.0.0' });
    expect(profiling).toEqual({ address: '127.0.0.1:6060' });
    expect(warnings).toEqual([
      'vk.yaml: Pprof.Address: profiles hold secrets and are served on 127.0.0.1 only, not on "0.0.0.0"',
    ]);
  });

  it('name themselves in an error', () => {
    expect(() => read({ Enabled: true, Port: 70_000 })).toThrow('vk.yaml: Pprof.Port is no port: 70000');
    expect(() => read({ Enabled: true }, { PPROF_PORT: 'x' })).toThrow('environment PPROF_PORT is no port: "x"');
  });
});
