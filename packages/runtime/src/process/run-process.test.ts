import { EventEmitter } from 'node:events';
import { UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { aborted, runProcess, type ProcessEdge } from './run-process.ts';

function fakeProcess(): ProcessEdge & EventEmitter & { text: string; exits: number[] } {
  const edge = Object.assign(new EventEmitter(), {
    text: '',
    exitCode: undefined as number | undefined,
    exits: [] as number[],
    exit: (code: number) => edge.exits.push(code),
    stderr: {
      write(text: string) {
        edge.text += text;
      },
    },
  });
  return edge;
}

describe('runProcess', () => {
  it.each([
    [() => Promise.resolve(undefined), 0, ''],
    [() => Promise.resolve(7), 7, ''],
    [() => Promise.reject(new ConfigError('a.yaml: unknown key x')), 2, 'demo: a.yaml: unknown key x\n'],
    [() => Promise.reject(new UnavailableError('nobody there')), 1, 'demo: nobody there\n'],
  ])('turns the end of the work into an exit code (%#)', async (run, exitCode, text) => {
    const edge = fakeProcess();
    await runProcess({ name: 'demo', run, edge });
    expect(edge.exitCode).toBe(exitCode);
    expect(edge.text).toBe(text);
  });

  it.each(['SIGINT', 'SIGTERM'])('aborts the signal on %s and ends with 0', async (name) => {
    const edge = fakeProcess();
    const done = runProcess({ name: 'demo', edge, run: ({ signal }) => aborted(signal).then(() => undefined) });
    edge.emit(name);
    await done;
    expect(edge.exitCode).toBe(0);
    expect(edge.listenerCount(name)).toBe(0);
    expect(edge.exits).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('ends at once on a second signal, %s', async (name, code) => {
    const edge = fakeProcess();
    const work = Promise.withResolvers<undefined>();
    const done = runProcess({ name: 'demo', edge, run: () => work.promise });
    edge.emit('SIGTERM');
    expect(edge.exits).toEqual([]);
    edge.emit(name);
    expect(edge.exits).toEqual([code]);
    work.resolve(undefined);
    await done;
  });
});
