import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeConformance, type TestTarget } from '@interlink/conformance';
import { buildPluginApp, listen } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { describe, it } from 'vitest';
import { createProcessPlugin } from '../src/index.ts';

/** The process plugin in a work directory of its own, in this process and over HTTP. */
async function openTarget(): Promise<TestTarget> {
  const root = await mkdtemp(join(tmpdir(), 'contract-'));
  const start = (): Promise<Plugin> =>
    createProcessPlugin({ root, runtime: 'none', logger: silentLogger, queryIntervalSeconds: 1 });
  let plugin = await start();
  const app = buildPluginApp(plugin, { logger: silentLogger });
  const listener = await listen(app, { address: 'http://127.0.0.1:0' }, silentLogger);
  return {
    plugin,
    url: listener.address,
    async restart() {
      await plugin[Symbol.asyncDispose]();
      plugin = await start();
      return { plugin };
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await plugin[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

describe('the process plugin', () => {
  describeConformance({ describe, it }, { settleSeconds: 30, factory: openTarget });
});
