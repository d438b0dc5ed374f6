import { afterAll, describe, expect, it } from 'vitest';
import { runConformance } from './run-conformance.ts';
import type { Report } from './report/report.ts';
import { brokenPlugins } from './testing/broken-plugins.ts';
import { createShellPlugin, ShellWorld } from './testing/shell-plugin.ts';

const worlds: ShellWorld[] = [];
afterAll(async () => {
  for (const world of worlds.splice(0)) await Promise.all([...world.pods.values()].map((held) => held.stop()));
});

function newWorld(): ShellWorld {
  const world = new ShellWorld();
  worlds.push(world);
  return world;
}

const failedNames = (report: Report): readonly string[] =>
  report.results.filter((result) => result.outcome === 'failed').map((result) => result.name);

describe('a plugin that', () => {
  it.concurrent.each(brokenPlugins)('$what fails', async ({ breakage, group, fails }) => {
    const plugin = createShellPlugin(newWorld(), breakage);
    const report = await runConformance({ plugin, only: [group], settleSeconds: 4 });
    expect(failedNames(report)).toEqual(expect.arrayContaining([...fails]));
  });

  it('loses its pods with a restart fails', async () => {
    const restart = () => Promise.resolve({ plugin: createShellPlugin(newWorld()) });
    const report = await runConformance({
      plugin: createShellPlugin(newWorld()),
      restart,
      only: ['restart'],
      settleSeconds: 6,
    });
    expect(failedNames(report)).toEqual(expect.arrayContaining(['finds the end of a pod that ended before']));
  });

  it('does not answer a ping fails, and nothing else is tried', async () => {
    const plugin = createShellPlugin(newWorld(), () => ({ ping: () => Promise.reject(new TypeError('down')) }));
    const report = await runConformance({ plugin });
    expect(report).toMatchObject({ passed: 0, failed: 1 });
    expect(report.results[0]).toMatchObject({
      group: 'ping',
      outcome: 'failed',
      message: expect.stringContaining('down') as string,
    });
    expect((await runConformance({ plugin, only: ['logs'] })).failed).toBe(1);
  });
});
