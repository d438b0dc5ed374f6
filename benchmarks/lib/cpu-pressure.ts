import { readFile } from 'node:fs/promises';

/** Measures from now on the share of time in which something on this machine waited for a processor. */
export async function startCpuPressure(): Promise<() => Promise<number>> {
  const [begun, before] = [performance.now(), await waitedMicroseconds()];
  return async () => {
    const share = ((await waitedMicroseconds()) - before) / ((performance.now() - begun) * 1000);
    return Math.round(share * 100) / 100;
  };
}

/** `NaN` where the kernel does not say. */
async function waitedMicroseconds(): Promise<number> {
  const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '');
  return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? Number.NaN);
}
