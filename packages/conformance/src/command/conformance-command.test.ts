import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPluginApp, listen } from '@interlink/plugin-sdk';
import { quietLogger } from '../quiet-logger.ts';
import type { Report } from '../report/report.ts';
import { createShellPlugin, type Breakage } from '../testing/shell-plugin.ts';
import { runCommand } from './conformance-command.ts';

async function run(args: readonly string[], isTTY = false): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []];
  const edge = {
    stdout: { write: (text: string) => out?.push(text), isTTY },
    stderr: { write: (text: string) => err?.push(text) },
  };
  const code = await runCommand(args, edge);
  return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}

async function serve(breakage?: Breakage, token?: string): Promise<{ address: string } & AsyncDisposable> {
  const tokens = token === undefined ? {} : { tokens: () => Promise.resolve([token]) };
  const app = buildPluginApp(createShellPlugin(undefined, breakage), { logger: quietLogger, ...tokens });
  return listen(app, { address: 'http://127.0.0.1:0' }, quietLogger);
}

describe('interlink-conformance', () => {
  it('ends with 0 and a table within 80 columns for a plugin that keeps the contract', async () => {
    await using server = await serve();
    const { code, out } = await run(['--url', server.address, '--only', 'ping', 'bad-input', 'features']);
    expect(out).toContain('  ok   answers a ping\n');
    expect(out).toMatch(/\n\d+ passed, 0 failed, 0 not applicable\n$/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).not.toContain('\u001B[');
    expect(code).toBe(0);
  });

  it('ends with 1 and says what was expected for one that does not, in colour on a terminal', async () => {
    await using server = await serve(() => ({ list: () => Promise.resolve([]) }));
    const { code, out } = await run(['--url', server.address, '--only', 'list'], true);
    expect(out).toContain('\u001B[31mFAIL\u001B[0m');
    expect(out).toContain('the pod in the list: expected');
    expect(code).toBe(1);
  });

  it('prints the report as JSON', async () => {
    await using server = await serve();
    const { code, out } = await run(['--url', server.address, '--only', 'ping', '--json']);
    expect(JSON.parse(out) as Report).toMatchObject({
      target: server.address,
      isForeign: false,
      passed: 3,
      failed: 0,
      notApplicable: 0,
    });
    expect(code).toBe(0);
  });

  it('shows the token of a file to the plugin', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'interlink-conformance-'));
    const file = join(directory, 'token');
    await writeFile(file, 'open-sesame\n');
    await using server = await serve(undefined, 'open-sesame');
    expect((await run(['--url', server.address, '--only', 'ping', 'bad-input', '--token-file', file])).code).toBe(0);
    expect((await run(['--url', server.address, '--only', 'ping'])).code).toBe(1);
    await rm(directory, { recursive: true });
  });

  it('ends with 1 when nobody is there', async () => {
    const { code, out } = await run(['--url', 'http://127.0.0.1:1']);
    expect(out).toContain('FAIL answers a ping');
    expect(code).toBe(1);
  });

  it.each([
    [[], '--url'],
    [['--url', 'localhost:4000'], 'must begin with'],
    [['--url', 'http://x', '--only', 'everything'], 'Allowed choices'],
    [['--url', 'http://x', '--settle', 'long'], 'number of seconds'],
    [['--url', 'http://x', '--annotation', 'flag'], 'key=value'],
    [['--url', 'http://x', '--token-file', '/no/such/file'], '/no/such/file cannot be read'],
    [['--url', 'http://x', '--jsno'], '--jsno'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, err } = await run(args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('has examples in its help', async () => {
    const { code, out } = await run(['--help']);
    expect(out).toContain('Examples:');
    expect(code).toBe(0);
  });
});
