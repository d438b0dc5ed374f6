import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatNulList } from '../src/directory/nul-list.ts';
import { runnerProgram, streamProgram } from '../src/directory/runner-program.ts';
import { runCommand } from '../src/host/run-command.ts';
import { skipUnlessMaskable, withoutTools } from './hidden-tools.ts';
import { RunnerWorld } from './runner-world.ts';

const id = '0123456789abcdef0123456789abcdef';
let world: RunnerWorld;
beforeEach(async () => {
  world = await RunnerWorld.create({ containers: [{ name: 'main', argv: ['sh', '-c', 'echo up; sleep 600'] }] });
  world.start();
  await world.until(async () => (await world.log('main')).includes('up'));
});
afterEach(() => world[Symbol.asyncDispose]());

/** Runs the program on a machine that lacks some others. */
async function stream(
  words: readonly string[],
  { hidden = [], stdin = '' }: { hidden?: readonly string[]; stdin?: string } = {},
) {
  const program = ['bash', streamProgram(runnerProgram()), world.directory, ...words];
  return await runCommand([...withoutTools(hidden), ...program], { stdin });
}

const exec = (...command: string[]) => ({ words: ['main', String(command.length)], stdin: formatNulList(command) });

describe('a command', () => {
  it('has its marks on standard error, whatever comes before and after', async () => {
    const { words, stdin } = exec('sh', '-c', 'cat; echo error >&2; exit 7');
    expect(await stream(['exec', id, ...words], { stdin: `${stdin}input` })).toEqual({
      exitCode: 0,
      stdout: 'input',
      stderr: `${id} begin\nerror\n${id} end 7\n`,
    });
  });

  it('can write to its streams by their names', async () => {
    const { words, stdin } = exec('sh', '-c', 'echo out >/dev/stdout; echo error >/dev/stderr; cat /dev/stdin');
    expect(await stream(['exec', id, ...words], { stdin: `${stdin}input` })).toMatchObject({
      stdout: 'out\ninput',
      stderr: `${id} begin\nerror\n${id} end 0\n`,
    });
  });

  it('inherits no other open file', async () => {
    const { words, stdin } = exec('sh', '-c', 'echo /proc/self/fd/*');
    // The last one is the directory that the shell reads.
    expect((await stream(['exec', id, ...words], { stdin })).stdout).toMatch(/^(?:\/proc\/self\/fd\/[0-3] ?)+\n$/);
  });

  it('has no begin where the container does not run, or its words did not come', async () => {
    const { stdin } = exec('true');
    const other = await stream(['exec', id, 'other', '1'], { stdin });
    expect(other.stderr).toBe(`interlink: container other is not running\n${id} end 125\n`);
    expect(await stream(['exec', id, 'main', '2'], { stdin })).toMatchObject({ exitCode: 123 });
  });

  it.each([
    ['INT', 130],
    ['QUIT', 131],
    ['HUP', 129],
    ['PIPE', 141],
    ['TERM', 143],
  ])('is ended by SIG%s', async (signal, exitCode) => {
    for (const words of [[], ['80', '24']]) {
      const { words: own, stdin } = exec('sh', '-c', `kill -${signal} $$; echo survived`);
      const mode = words.length === 0 ? 'exec' : 'tty';
      const stderr = `${id} begin\n${id} end ${exitCode}\n`;
      expect(await stream([mode, id, ...own, ...words], { stdin })).toEqual({ exitCode: 0, stdout: '', stderr });
    }
  });

  it('leaves no note', async () => {
    const { words, stdin } = exec('true');
    await stream(['exec', id, ...words], { stdin });
    expect(await world.text(`container/main/joined/${id}`)).toBe('');
  });
});

describe('a terminal', () => {
  const onTerminal = exec('sh', '-c', 'tty >/dev/null && stty size; read -r line; echo "got $line"; exit 5');
  const words = ['tty', id, ...onTerminal.words, '100', '30'];
  const stdin = `${onTerminal.stdin}typed\n`;

  it.for([{ hidden: [] }, { hidden: ['script'] }])('is made without $hidden', async ({ hidden }, context) => {
    if (hidden.length > 0) await skipUnlessMaskable(context);
    const result = await stream(words, { hidden, stdin });
    expect(result).toMatchObject({ stderr: `${id} begin\n${id} end 5\n` });
    expect(result.stdout).toContain('30 100\r\n');
    expect(result.stdout).toContain('got typed\r\n');
  });

  it('that cannot be made is refused, saying what to install', async (context) => {
    await skipUnlessMaskable(context);
    const result = await stream(words, { hidden: ['script', 'python3'], stdin });
    expect(result).toMatchObject({ exitCode: 123, stdout: '' });
    expect(result.stderr).toContain('needs script(1) of util-linux, or python3');
  });
});

describe('a connection to a port', () => {
  async function withServer(use: (port: number) => Promise<void>): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.once('data', (data: Buffer) => socket.end(`got ${data.toString()}`));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await use((server.address() as AddressInfo).port);
    server.close();
  }

  const tools = [{ hidden: [] }, { hidden: ['perl'] }, { hidden: ['perl', 'python3'] }];
  it.for(tools)('is made without $hidden', async ({ hidden }, context) => {
    if (hidden.length > 0) await skipUnlessMaskable(context);
    await withServer(async (port) => {
      const result = await stream(['forward', id, String(port)], { hidden, stdin: 'request' });
      expect(result).toEqual({ exitCode: 0, stdout: 'got request', stderr: `${id} begin\n${id} end 0\n` });
    });
    // Nothing listens on port 1 of a machine that runs tests.
    const refused = await stream(['forward', id, '1'], { hidden });
    expect(refused).toMatchObject({ exitCode: 111, stdout: '' });
    expect(refused.stderr).toMatch(/^interlink: port 1: .+\n$/);
  });

  it.each(['0', '-1', 'a', '80;id', ''])('to %j is none', async (port) => {
    expect(await stream(['forward', id, port])).toMatchObject({ exitCode: 123, stdout: '' });
  });
});
