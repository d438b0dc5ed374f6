import { afterAll, describe, expect, it } from 'vitest';
import { allChecks } from './checks/all-checks.ts';
import { readFacts } from './kit/read-facts.ts';
import { runCheck } from './kit/run-check.ts';
import { runConformance, settingsOf } from './run-conformance.ts';
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

const cases = brokenPlugins.flatMap(({ fails, ...broken }) => fails.map((sentence) => ({ ...broken, sentence })));

describe('a plugin that', () => {
  it.concurrent.each(cases)('$what breaks "$sentence"', async ({ breakage, group, sentence }) => {
    const plugin = createShellPlugin(newWorld(), breakage);
    const check = allChecks.find((candidate) => candidate.group === group && candidate.name === sentence);
    expect(check).toBeDefined();
    const { signal } = new AbortController();
    const facts = await readFacts(plugin, signal);
    const outcome = await runCheck(check!, { plugin }, { facts, signal, ...settingsOf({ settleSeconds: 6 }) });
    expect(outcome.kind).toBe('failed');
  });

  it('loses its pods with a restart fails', async () => {
    const restart = () => Promise.resolve({ plugin: createShellPlugin(newWorld()) });
    const plugin = createShellPlugin(newWorld());
    const report = await runConformance({ plugin, restart, only: ['restart'], settleSeconds: 6 });
    const failed = report.results.filter((result) => result.outcome === 'failed').map((result) => result.name);
    expect(failed).toContain('finds the end of a pod that ended before');
  });

  it('does not answer a ping fails, and nothing else is tried', async () => {
    const plugin = createShellPlugin(newWorld(), () => ({ ping: () => Promise.reject(new TypeError('down')) }));
    const report = await runConformance({ plugin });
    expect(report).toMatchObject({ passed: 0, failed: 1 });
    const message = expect.stringContaining('down') as string;
    expect(report.results[0]).toMatchObject({ group: 'ping', outcome: 'failed', message });
    expect((await runConformance({ plugin, only: ['logs'] })).failed).toBe(1);
  });
});
