import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from './create-progress.ts';

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  function record(isTTY: boolean) {
    let text = '';
    const write = (chunk: string | Uint8Array): boolean => {
      text += String(chunk);
      return true;
    };
    return { stream: { write, isTTY, columns: 200, on: () => undefined }, text: () => text };
  }

  it('says every 15 s, where there is no terminal, what is done, for how long, and how long it usually takes', () => {
    const { stream, text } = record(false);
    const task = createProgress({ stream }).begin('building', '7 minutes');
    expect(text()).toBe('building (usually 7 minutes)\n');
    task.update(0.5, 'k8s.io/api');
    vi.advanceTimersByTime(75_000);
    expect(text().trim().split('\n')).toHaveLength(6);
    expect(text()).toContain('building: 50 % after 1 min 15 s k8s.io/api\n');
    task.update(1);
    task.end();
    expect(text()).toMatch(/building: 100 % after 1 min 15 s\n$/);
    vi.advanceTimersByTime(60_000);
    expect(text().trim().split('\n')).toHaveLength(7);
  });

  it('draws a bar on a terminal', () => {
    const { stream, text } = record(true);
    const task = createProgress({
      stream: Object.assign(stream, { cursorTo: vi.fn(), clearLine: vi.fn() }),
    }).begin('building', '7 minutes');
    task.update(0.5);
    task.end();
    expect(text()).toContain('50 %');
    expect(text()).toContain('█');
  });
});
