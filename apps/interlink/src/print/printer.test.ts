import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPrinter } from './printer.ts';

const tones = ['plain', 'good', 'bad', 'warning', 'quiet', 'heading'] as const;

function terminal(isTTY: boolean): NodeJS.WriteStream & PassThrough {
  const getColorDepth = (): number => WriteStream.prototype.getColorDepth(process.env);
  return Object.assign(new PassThrough(), { isTTY, getColorDepth }) as unknown as NodeJS.WriteStream & PassThrough;
}

function printed(stream: NodeJS.WriteStream & PassThrough): string {
  const printer = createPrinter(stream);
  for (const tone of tones) printer.line(`text ${printer.paint('part', tone)}`, tone);
  return String(stream.read());
}

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm-256color');
  for (const name of ['CI', 'FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

describe('the printer', () => {
  it('writes plain lines where there is no terminal', () => {
    expect(printed(terminal(false))).toBe('text part\n'.repeat(tones.length));
  });

  it('writes plain lines on a terminal of somebody who wants no colours', () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(printed(terminal(true))).toBe('text part\n'.repeat(tones.length));
  });

  it('writes colours on a terminal', () => {
    expect(printed(terminal(true))).toContain('\u001b[32mtext');
  });
});
