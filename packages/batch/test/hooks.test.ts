import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Lifecycle } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { RunnerWorld, type TestContainer, type TestJob } from './runner-world.ts';

const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } });

/** Says when it is told to end, and ends then. */
const polite = ['sh', '-c', 'trap "echo term >> events; exit 0" TERM; echo up; while :; do sleep 0.05; done'];

async function started(
  lifecycle: Lifecycle,
  container: Partial<TestContainer> = {},
  job: Partial<TestJob> = {},
): Promise<RunnerWorld> {
  const { spec, ...more } = container;
  const main = { name: 'main', argv: polite, ...more, spec: { ...spec, lifecycle } };
  const world = await RunnerWorld.create({ ...job, containers: [main, ...(job.containers ?? [])] });
  await writeFile(join(world.directory, `container/${main.name}/workdir`), `${world.directory}\0`);
  world.start();
  await world.until(async () => (await world.log(main.name)).includes('up'));
  return world;
}

describe('a postStart hook', () => {
  it('runs beside the container, which has started when it has ended', async () => {
    const wait = 'until test -e go; do sleep 0.02; done; echo hook >> events';
    await using world = await started({ postStart: exec(wait) });
    await world.until(async () => (await world.health('main')) !== undefined);
    expect(await world.health('main')).toMatchObject({ started: false, ready: false });
    await writeFile(join(world.directory, 'go'), '');
    await world.until(async () => (await world.health('main'))?.started === true);
    expect(await world.health('main')).toMatchObject({ ready: true });
    expect(await world.text('events')).toBe('hook\n');
  });

  it('that fails ends the container with that reason', async () => {
    const failing = exec('echo no luck; exit 3');
    await using world = await started({ postStart: failing }, { argv: ['sh', '-c', 'echo up; exec sleep 600'] });
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.state('main')).toMatchObject({
      state: 'terminated',
      exitCode: 143,
      reason: 'FailedPostStartHook',
      message: 'PostStart hook failed with exit code 3: no luck',
    });
  });

  it('that fails lets the restart policy decide', async () => {
    await using world = await started({ postStart: exec('test -e fixed') }, {}, { restartPolicy: 'Always' });
    await world.until(async () => (await world.state('main'))?.restartCount === 1);
    await writeFile(join(world.directory, 'fixed'), '');
    await world.until(async () => (await world.health('main'))?.started === true);
    // It ended well at SIGTERM, so its own end is what counts.
    expect(await world.state('main')).toMatchObject({ last: { exitCode: 0, reason: 'Completed' } });
  });
});

describe('a preStop hook', () => {
  const preStop = exec('echo hook >> events');

  it('runs before SIGTERM when the pod is deleted', async () => {
    await using world = await started({ preStop });
    await world.delete(30);
    expect(await world.text('events')).toBe('hook\nterm\n');
    expect(await world.state('main')).toMatchObject({ exitCode: 0 });
  });

  it('has the grace period and no more, and SIGTERM follows all the same', async () => {
    await using world = await started({ preStop: exec('echo hook >> events; sleep 600') });
    const start = Date.now();
    await world.delete(1);
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(await world.text('events')).toBe('hook\nterm\n');
  });

  it('does not run without a grace period', async () => {
    await using world = await started({ preStop });
    await world.delete(0);
    expect(await world.text('events')).not.toContain('hook');
  });

  it('does not run for a container that ends by itself', async () => {
    await using world = await started({ preStop }, { argv: ['sh', '-c', 'echo up'] });
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.text('events')).toBe('');
  });

  it('runs before a container is ended for its liveness probe', async () => {
    const livenessProbe = { ...exec('test ! -e dead'), periodSeconds: 1, failureThreshold: 1 };
    await using world = await started({ preStop }, { spec: { livenessProbe } });
    await writeFile(join(world.directory, 'dead'), '');
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.text('events')).toBe('hook\nterm\n');
  });

  it('of a sidecar runs when the other containers have ended', async () => {
    const job = { containers: [{ name: 'last', argv: ['sh', '-c', 'sleep 0.3; echo main >> events'] }] };
    const last = job.containers.map((container) => ({ ...container, argv: [...container.argv] }));
    await using world = await started({ preStop }, { name: 'side', kind: 'sidecar' }, { containers: last });
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.text('events')).toBe('hook\nterm\n');
    expect(await world.state('side')).toMatchObject({ exitCode: 0 });
  });

  it('may be a request over HTTP, whatever the answer', async () => {
    const asked: (string | undefined)[] = [];
    await using server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(500).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const httpGet = { port: (server.address() as AddressInfo).port, path: '/bye' };
    await using world = await started({ preStop: { httpGet } });
    await world.delete(30);
    expect(asked).toEqual(['/bye']);
    expect(await world.state('main')).toMatchObject({ exitCode: 0 });
  });

  it('may be a pause', async () => {
    await using world = await started({ preStop: { sleep: { seconds: 1 } } });
    const start = Date.now();
    await world.delete(30);
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(await world.text('events')).toBe('term\n');
  });
});
