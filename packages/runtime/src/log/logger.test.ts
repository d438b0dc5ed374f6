import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function capture(): { lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line) };
}

describe('createLogger', () => {
  it('writes constant messages with fields as JSON', () => {
    const destination = capture();
    createLogger({ name: 'demo', destination }).child({ node: 'n1' }).info({ podUid: 'u1' }, 'job submitted');
    expect(JSON.parse(destination.lines[0]!)).toMatchObject({
      name: 'demo',
      node: 'n1',
      podUid: 'u1',
      msg: 'job submitted',
    });
  });

  it('writes no value under a key that may hold a secret', () => {
    const destination = capture();
    createLogger({ name: 'demo', destination }).warn(
      { token: 's3cret', request: { authorization: 'Bearer s3cret' } },
      'refused',
    );
    expect(destination.lines.join('')).not.toContain('s3cret');
  });

  it('writes nothing below its level', () => {
    const destination = capture();
    createLogger({ name: 'demo', destination, level: 'error' }).warn({}, 'quiet');
    expect(destination.lines).toEqual([]);
  });
});
