import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { Container, Probe } from '@interlink/spec';
import { describe, expect, it, type TestContext } from 'vitest';
import { runCommand } from '../src/host/run-command.ts';
import { RunnerWorld, type TestContainer, type TestJob } from './runner-world.ts';

const untilStopped = ['sh', '-c', 'echo up; exec sleep 600'];

const main = (spec: Partial<Container>, more: Partial<TestContainer> = {}): TestContainer => ({
  name: 'main',
  argv: untilStopped,
  spec,
  ...more,
});

/** A shell command in the job directory, so that a test can steer its outcome by files. */
const exec = (script: string, more: Partial<Probe> = {}): Probe => ({
  exec: { command: ['sh', '-c', script] },
  periodSeconds: 1,
  failureThreshold: 1,
  ...more,
});

async function started(container: TestContainer, job: Partial<TestJob> = {}): Promise<RunnerWorld> {
  const world = await RunnerWorld.create({ graceSeconds: 1, ...job, containers: [container] });
  await writeFile(join(world.directory, `container/${container.name}/workdir`), `${world.directory}\0`);
  world.start();
  return world;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a container without probes', () => {
  it('has no health of its own', async () => {
    await using world = await started(main({}));
    await world.until(async () => (await world.log('main')).includes('up'));
    await world.delete(1);
    expect(await world.health('main')).toBeUndefined();
  });
});

describe('a readiness probe', () => {
  it('makes the container ready and not ready again, and says what it said', async () => {
    await using world = await started(main({ readinessProbe: exec('cat ready || { echo is not; exit 1; }') }));
    await world.until(async () => (await world.health('main'))?.message !== undefined);
    await world.until(async () => (await world.health('main'))?.message !== '');
    const health = await world.health('main');
    expect(health).toMatchObject({ restartCount: 0, started: true, ready: false });
    expect(health?.message).toMatch(/^Readiness probe failed: .*\nis not$/);
    await writeFile(join(world.directory, 'ready'), '');
    await world.until(async () => (await world.health('main'))?.ready === true);
    expect(await world.health('main')).toMatchObject({ message: '' });
    await rm(join(world.directory, 'ready'));
    await world.until(async () => (await world.health('main'))?.ready === false);
    expect((await world.state('main'))?.state).toBe('running');
  });

  it('needs as many successes and failures in a row as its thresholds say', async () => {
    const probe = exec('echo x >> calls; cat ready', { successThreshold: 2, failureThreshold: 2 });
    const calls = async (world: RunnerWorld) => (await world.text('calls')).length / 2;
    await using world = await started(main({ readinessProbe: probe }));
    await writeFile(join(world.directory, 'ready'), '');
    await world.until(async () => (await world.health('main'))?.ready === true);
    expect(await calls(world)).toBeGreaterThanOrEqual(2);
    const before = await calls(world);
    await rm(join(world.directory, 'ready'));
    await world.until(async () => (await world.health('main'))?.ready === false);
    expect(await calls(world)).toBeGreaterThanOrEqual(before + 2);
  });

  it('fails when it takes too long, and nothing of it is left', async () => {
    await using world = await started(main({ readinessProbe: exec('echo $$ > pid; sleep 600 & sleep 600') }));
    await world.until(
      async () => (await world.health('main'))?.message === 'Readiness probe failed: no end within 1 s',
    );
    const { stdout } = await runCommand(['ps', '-o', 'stat=', '-p', (await world.text('pid')).trim()]);
    expect(stdout.trim()).toMatch(/^(|Z.*)$/);
  });

  it('sees what the container sees', async (context) => {
    const { exitCode } = await runCommand(['unshare', '--mount', 'true']);
    context.skip(exitCode !== 0, 'no mount namespaces');
    const container = main({ readinessProbe: exec('test -e /volume-of-test/ready') }, { namespace: 'root' });
    await using world = await RunnerWorld.create({ containers: [container] });
    world.start();
    await world.until(async () => (await world.health('main'))?.message === 'Readiness probe failed: ');
    await writeFile(join(world.directory, 'volume/ready'), '');
    await world.until(async () => (await world.health('main'))?.ready === true);
  });
});

describe('a liveness probe', () => {
  it('ends the container, and the restart policy decides', async () => {
    const container = main({ livenessProbe: exec('echo broken; test -e alive') });
    await using world = await started(container, { restartPolicy: 'Always' });
    await world.until(async () => (await world.state('main'))?.restartCount === 1);
    await writeFile(join(world.directory, 'alive'), '');
    const state = await world.state('main');
    expect(state).toMatchObject({ last: { exitCode: 143, reason: 'Error' } });
    expect(state?.last?.message).toBe('Liveness probe failed: broken; the container was ended for it');
    await world.until(async () => (await world.health('main'))?.restartCount === 1);
  });

  it('does not restart what is never restarted', async () => {
    await using world = await started(main({ livenessProbe: exec('exit 3') }));
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.state('main')).toMatchObject({ state: 'terminated', exitCode: 143, restartCount: 0 });
    expect(await world.outcome()).toMatchObject({ reason: 'Completed' });
  });

  it('has a grace period of its own', async () => {
    const stubborn = ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'];
    const probe = exec('test ! -e dead', { terminationGracePeriodSeconds: 1 });
    await using world = await started(main({ livenessProbe: probe }, { argv: stubborn }), { graceSeconds: 600 });
    await world.until(async () => (await world.log('main')).includes('up'));
    await writeFile(join(world.directory, 'dead'), '');
    await world.until(async () => (await world.outcome()) !== undefined);
    expect(await world.state('main')).toMatchObject({ exitCode: 137 });
  });

  it('is patient for its threshold', async () => {
    const container = main({ livenessProbe: exec('echo x >> calls; exit 1', { failureThreshold: 3 }) });
    await using world = await started(container);
    await world.until(async () => (await world.outcome()) !== undefined);
    expect((await world.text('calls')).length / 2).toBe(3);
  });
});

describe('a startup probe', () => {
  it('holds the other probes back until it has passed', async () => {
    const container = main({
      startupProbe: exec('test -e ready', { failureThreshold: 600 }),
      livenessProbe: exec('test -e ready && echo alive >> calls'),
      readinessProbe: exec('test -e ready && echo ready >> calls'),
    });
    await using world = await started(container);
    await world.until(async () => (await world.health('main'))?.message === 'Startup probe failed: ');
    expect(await world.health('main')).toMatchObject({ started: false, ready: false });
    await writeFile(join(world.directory, 'ready'), '');
    await world.until(async () => (await world.health('main'))?.ready === true);
    expect(await world.health('main')).toMatchObject({ started: true, message: '' });
    await world.until(async () => (await world.text('calls')).includes('alive'));
    expect((await world.state('main'))?.restartCount).toBe(0);
  });

  it('ends a container that never starts', async () => {
    await using world = await started(main({ startupProbe: exec('exit 1', { failureThreshold: 2 }) }));
    await world.until(async () => (await world.outcome()) !== undefined);
    const state = await world.state('main');
    expect(state).toMatchObject({ state: 'terminated', exitCode: 143 });
    expect(state).toHaveProperty('message', 'Startup probe failed: ; the container was ended for it');
  });

  it('of a sidecar holds back what comes after it', async () => {
    const side = { name: 'side', kind: 'sidecar', argv: untilStopped } as const;
    const startupProbe = exec('test -e /proc/self/cwd/ready', { failureThreshold: 600 });
    await using world = await RunnerWorld.create({
      graceSeconds: 1,
      containers: [
        { ...side, spec: { startupProbe } },
        { name: 'next', kind: 'init', argv: ['true'] },
        { name: 'main', argv: ['true'] },
      ],
    });
    await writeFile(join(world.directory, 'container/side/workdir'), `${world.directory}\0`);
    const runner = world.start();
    await world.until(async () => (await world.health('side'))?.message === 'Startup probe failed: ');
    expect(await world.state('next')).toBeUndefined();
    await writeFile(join(world.directory, 'ready'), '');
    await world.exitOf(runner);
    expect(await world.state('next')).toMatchObject({ exitCode: 0 });
    expect(await world.state('main')).toMatchObject({ exitCode: 0 });
  });
});

describe('a probe over the network', () => {
  const ready = async (readinessProbe: Probe, spec: Partial<Container> = {}) => {
    const probe = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 10, ...readinessProbe };
    await using world = await started(main({ ...spec, readinessProbe: probe }));
    await world.until(async () => {
      const health = await world.health('main');
      return health?.ready === true || (health?.message ?? '') !== '';
    });
    return await world.health('main');
  };

  it.each([
    [200, true],
    [399, true],
    [400, false],
    [500, false],
  ])('by HTTP takes status %i as %o', async (status, isReady) => {
    await using server = createServer((_, response) => response.writeHead(status).end('body'));
    const health = await ready({ httpGet: { port: await listening(server) } });
    expect(health?.ready).toBe(isReady);
    expect(health?.message).toBe(isReady ? '' : `Readiness probe failed: HTTP probe failed with statuscode: ${status}`);
  });

  it('by HTTP asks for the path with the headers, at a port with a name', async () => {
    const requests: IncomingMessage[] = [];
    await using server = createServer((request, response) => {
      requests.push(request);
      response.end();
    });
    const httpHeaders = [
      { name: 'Host', value: 'of.test' },
      { name: 'X-Quoted', value: 'a "b" \\c $(id)' },
    ];
    const ports = [{ name: 'web', containerPort: await listening(server) }];
    const httpGet = { port: 'web', host: '127.0.0.1', path: '/a b?c=d&e', httpHeaders };
    expect(await ready({ httpGet }, { ports })).toMatchObject({ ready: true });
    const [request] = requests;
    expect([request?.method, request?.url]).toEqual(['GET', '/a%20b?c=d&e']);
    expect(request?.headers).toMatchObject({ host: 'of.test', 'x-quoted': 'a "b" \\c $(id)' });
    expect(request?.headers['user-agent']).toMatch(/^kube-probe\//);
  });

  it('by HTTP is carried out by bash where there is no curl', async ({ skip }) => {
    const { stdout } = await runCommand(['sh', '-c', 'command -v curl']);
    const curl = stdout.trim();
    const hide = ['bwrap', '--dev-bind', '/', '/', ...(curl === '' ? [] : ['--ro-bind', '/dev/null', curl])];
    const isPossible = await runCommand([...hide, 'true']).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
    skip(!isPossible, 'curl cannot be hidden without bubblewrap');
    const requests: IncomingMessage[] = [];
    await using server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(requests.length === 1 ? 503 : 204).end();
    });
    const httpGet = { port: await listening(server), path: '/a', httpHeaders: [{ name: 'X', value: '$(id) %s' }] };
    await using world = await RunnerWorld.create({
      graceSeconds: 1,
      containers: [main({ readinessProbe: { httpGet, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 10 } })],
    });
    world.start(undefined, hide);
    await world.until(async () => (await world.health('main'))?.ready === true);
    expect(requests[0]?.url).toBe('/a');
    expect(requests[0]?.headers).toMatchObject({ x: '$(id) %s', host: `localhost:${httpGet.port}` });
    expect(requests).toHaveLength(2);
  });

  it('by TCP needs somebody who listens', async () => {
    await using server = createTcpServer();
    const port = await listening(server);
    expect(await ready({ tcpSocket: { port } })).toMatchObject({ ready: true });
    server.close();
    await once(server, 'close');
    expect(await ready({ tcpSocket: { port } })).toMatchObject({
      ready: false,
      message: `Readiness probe failed: no connection to localhost:${port}`,
    });
    expect(await ready({ httpGet: { port } })).toMatchObject({ ready: false });
  });

  const skipWithoutHttp2 = async ({ skip }: TestContext): Promise<void> => {
    const { stdout } = await runCommand(['curl', '--version']).catch(() => ({ stdout: '' }));
    skip(!stdout.includes('HTTP2'), 'no curl with HTTP/2');
  };

  it.for([
    [1, true],
    [2, false],
  ] as const)('by gRPC takes the health status %i as %o', async ([status, isReady], context) => {
    await skipWithoutHttp2(context);
    const asked: string[] = [];
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      stream.on('data', (data: Buffer) => asked.push(`${headers[':path']} ${data.toString('hex')}`));
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, status]));
      });
    });
    try {
      const health = await ready({ grpc: { port: await listening(server), service: 'db' } });
      expect(health?.ready).toBe(isReady);
      expect(asked).toContain('/grpc.health.v1.Health/Check 00000000040a026462');
    } finally {
      server.close();
    }
  });
});
