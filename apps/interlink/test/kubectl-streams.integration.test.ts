import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { kubernetesSupport, startChain, startControlPlane, type Chain, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const javaScriptClient = fileURLToPath(new URL('client-streams.mjs', import.meta.url));

const minutes = 60_000;
const megabyte = 1024 * 1024;
const poem = 'exec, attach and port-forward\n';

interface Outcome {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const webSockets = kubernetesSupport('1.36', 'WebSockets to a kubelet');
/** Those before have no such gate, and go by SPDY. */
const gate = (value: boolean) => (webSockets.available ? [`--feature-gates=ExtendWebSocketsToKubelet=${value}`] : []);

if (!webSockets.available) {
  describe.skip(webSockets.reason, () => {
    it('kubectl with an API server that reaches the kubelet by WebSocket', () => undefined);
  });
}

/** The ways from the API server to the kubelet: those of Kubernetes 1.36 and later, and of those before. */
const ways = [
  ...(webSockets.available ? [{ way: 'WebSocket', gates: gate(true), direct: true }] : []),
  { way: 'SPDY', gates: gate(false), direct: false },
];

describe.each(ways)('kubectl with an API server that reaches the kubelet by $way', ({ gates, direct }) => {
  let directory: string;
  let controlPlane: ControlPlane;
  let chain: Chain;
  let port: number;
  let children: ChildProcess[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'il-streams-'));
    const extraArguments = { 'kube-apiserver': gates };
    controlPlane = await startControlPlane({ directory: join(directory, 'control-plane'), extraArguments });
    const { kubeconfigFile } = controlPlane;
    chain = await startChain({ directory: join(directory, 'chain'), nodeName: 'hpc', kubeconfigFile });
    port = await freePort();
    await apply('server', {
      containers: [
        { name: 'web', image: 'node', command: [process.execPath, '-e', echoServer], args: [String(port)] },
        { name: 'other', image: 'busybox', command: ['sleep', '100000'] },
      ],
    });
    await apply('reader', {
      containers: [
        {
          name: 'main',
          image: 'busybox',
          stdin: true,
          command: ['sh', '-c', 'while read -r line; do echo "<$line>"; done'],
        },
      ],
    });
    await kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'pod/server', 'pod/reader');
  }, 15 * minutes);

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    await kubectl('delete', 'pod', '--all', '--grace-period=0', '--force');
    await chain[Symbol.asyncDispose]();
    await controlPlane[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }, 2 * minutes);

  function start(args: readonly string[]): ChildProcess {
    const child = spawn(controlPlane.kubectl, ['--kubeconfig', controlPlane.kubeconfigFile, ...args]);
    children.push(child);
    return child;
  }

  async function run(args: readonly string[], input?: Uint8Array): Promise<Outcome> {
    const child = start(args);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
  }

  async function kubectl(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run(args);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout.toString();
  }

  async function apply(name: string, spec: object): Promise<void> {
    const whole = { nodeName: 'hpc', tolerations: [{ operator: 'Exists' }], restartPolicy: 'Never', ...spec };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: whole };
    const { exitCode, stderr } = await run(['apply', '-f', '-'], Buffer.from(JSON.stringify(pod)));
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  }

  it('exec gives the exit code, and both outputs apart', async () => {
    const outcome = await run(['exec', 'server', '-c', 'other', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(outcome).toMatchObject({ exitCode: 7 });
    expect(outcome.stdout.toString()).toBe('out\n');
    expect(outcome.stderr).toBe('err\ncommand terminated with exit code 7\n');
  });

  it('exec -i carries bytes both ways, and the end of the input', async () => {
    const input = randomBytes(5 * megabyte);
    const { exitCode, stdout } = await run(['exec', '-i', 'server', '-c', 'other', '--', 'cat'], input);
    expect(exitCode).toBe(0);
    expect(stdout.equals(input)).toBe(true);
  });

  it('exec -it gives a terminal of the size of the caller’s', async () => {
    const exec = `'${controlPlane.kubectl}' --kubeconfig '${controlPlane.kubeconfigFile}' exec -it server -c other -- sh -c 'tty; stty size'`;
    const shell = `stty rows 33 cols 77; ${exec}`;
    const outcome = await collect(spawn('script', ['-qec', shell, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] }));
    expect(outcome.stdout.toString()).toMatch(/\/dev\/pts\/\d+\r\n33 77\r\n/);
    expect(outcome.exitCode).toBe(0);
  });

  it('exec of a program that does not exist, or into a container that is not there, says so', async () => {
    const missing = await run(['exec', 'server', '-c', 'other', '--', '/no/such/program']);
    expect(missing.exitCode).not.toBe(0);
    expect(missing.stderr).toMatch(/not found|No such file|127/);
    const nobody = await run(['exec', 'server', '-c', 'nobody', '--', 'true']);
    expect(nobody.exitCode).toBe(1);
    expect(nobody.stderr).toContain('nobody');
  });

  it('a command ends with the client that started it', async () => {
    const marker = `3${port}`;
    const child = start(['exec', 'server', '-c', 'other', '--', 'sleep', marker]);
    await eventually(() => runs(`sleep ${marker}`), true);
    child.kill('SIGKILL');
    await eventually(() => runs(`sleep ${marker}`), false);
  });

  it('cp copies a file there and back byte for byte', async () => {
    const local = join(directory, 'original');
    const remote = join(directory, 'in the pod');
    const copy = join(directory, 'copy');
    const bytes = randomBytes(3 * megabyte);
    await writeFile(local, bytes);
    await kubectl('cp', local, `server:${remote}`, '-c', 'other');
    expect((await readFile(remote)).equals(bytes)).toBe(true);
    await kubectl('cp', `server:${remote}`, copy, '-c', 'other');
    expect((await readFile(copy)).equals(bytes)).toBe(true);
  });

  it('attach -i talks to the process of the container', async () => {
    const child = start(['attach', '-i', 'reader']);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const talk = setInterval(() => child.stdin?.write(poem), 500);
    const { value } = await lines.next();
    clearInterval(talk);
    expect(value).toBe(`<${poem.trim()}>`);
    child.kill('SIGKILL');
  });

  it('port-forward carries several connections at once', async () => {
    const child = start(['port-forward', 'pod/server', `:${port}`]);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const local = /127\.0\.0\.1:(\d+)/.exec(String((await lines.next()).value))?.[1];
    const bodies = Array.from({ length: 8 }, () => randomBytes(megabyte));
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const response = await fetch(`http://127.0.0.1:${local}/`, { method: 'POST', body });
        return Buffer.from(await response.arrayBuffer());
      }),
    );
    expect(answers.map((answer, index) => answer.equals(bodies[index] ?? Buffer.alloc(0)))).toEqual(
      bodies.map(() => true),
    );
    child.kill('SIGKILL');
  });

  it('port-forward to a port where nothing listens says so', async () => {
    const child = start(['port-forward', 'pod/server', ':1']);
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const local = /127\.0\.0\.1:(\d+)/.exec(String((await lines.next()).value))?.[1];
    await expect(fetch(`http://127.0.0.1:${local}/`)).rejects.toThrow();
    await eventually(() => Promise.resolve(/port 1\b/.test(errors)), true);
    child.kill('SIGKILL');
  });

  describe('a program with the JavaScript client', () => {
    const client = (...args: readonly string[]): ChildProcess => {
      const child = spawn(process.execPath, [javaScriptClient, controlPlane.kubeconfigFile, ...args]);
      children.push(child);
      return child;
    };

    it('forwards a port in the channels of a WebSocket', async () => {
      const body = randomBytes(megabyte);
      const child = client('port-forward', 'server', String(port));
      const head = `POST / HTTP/1.1\r\nhost: server\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
      child.stdin?.write(Buffer.concat([Buffer.from(head), body]));
      const { stdout } = await collect(child);
      expect(stdout.subarray(0, 15).toString()).toBe('HTTP/1.1 200 OK');
      expect(stdout.length).toBeGreaterThan(body.length);
    });

    it('is told of a port where nothing listens', async () => {
      const child = client('port-forward', 'server', '1');
      const [words] = (await once(child.stderr as NodeJS.ReadableStream, 'data')) as [Buffer];
      expect(words.toString()).toMatch(/port 1\b/);
    });

    it('runs a command, with its input, both outputs and its exit code', async () => {
      const words = ['sh', '-c', 'read -r line; echo "<$line>"; echo err >&2; exit 7'];
      const child = client('exec', 'server', 'other', ...words);
      let errors = '';
      child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.stdin?.write(poem);
      const [said, status = ''] = (await collect(child)).stdout.toString().split('\n');
      expect([said, errors]).toEqual([`<${poem.trim()}>`, 'err\n']);
      expect(JSON.parse(status)).toMatchObject({ details: { causes: [{ reason: 'ExitCode', message: '7' }] } });
    });

    it('attaches to the process of a container', async () => {
      const child = client('attach', 'reader', 'main');
      const talk = setInterval(() => child.stdin?.write(poem), 500);
      const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      clearInterval(talk);
      expect(line.toString()).toContain(`<${poem.trim()}>`);
      child.kill('SIGKILL');
    });
  });

  it('goes that way', async () => {
    const metrics = await kubectl('get', '--raw', '/metrics');
    expect(/websocket_streaming_requests_total\{[^}]*proxied_to_kubelet/.test(metrics)).toBe(direct);
  });

  async function runs(words: string): Promise<boolean> {
    const { stdout } = await collect(spawn('ps', ['-eo', 'args=']));
    return stdout.toString().split('\n').includes(words);
  }
});

const echoServer = `
  require('node:http').createServer((request, response) => request.pipe(response)).listen(Number(process.argv[1]), '127.0.0.1');
`;

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function collect(child: ChildProcess): Promise<Outcome> {
  const stdout: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, stdout: Buffer.concat(stdout), stderr: '' };
}

async function eventually(ask: () => Promise<boolean>, wanted: boolean): Promise<void> {
  const deadline = Date.now() + minutes;
  while ((await ask()) !== wanted) {
    if (Date.now() > deadline) throw new Error('did not happen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
