import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { describeConformance, type TestTarget } from '@interlink/conformance';
import { buildPluginApp, createRemotePlugin, listen } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { createProcessPlugin } from './create-process-plugin.ts';

const settleSeconds = 60;

const start = (root: string): Promise<Plugin> => createProcessPlugin({ root, runtime: 'none', logger: silentLogger });

/** A plugin with a work directory of its own; `restart` makes the next one on what the last one left. */
async function inProcess(): Promise<TestTarget> {
  const root = await mkdtemp(join(tmpdir(), 'interlink-contract-'));
  let plugin = await start(root);
  return {
    plugin,
    restart: async () => {
      await plugin[Symbol.asyncDispose]();
      plugin = await start(root);
      return { plugin };
    },
    [Symbol.asyncDispose]: async () => {
      await plugin[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function overHttp(): Promise<TestTarget> {
  const root = await mkdtemp(join(tmpdir(), 'interlink-contract-'));
  const served = await start(root);
  const app = buildPluginApp(served, { logger: silentLogger });
  const listener = await listen(app, { address: 'http://127.0.0.1:0' }, silentLogger);
  const plugin = createRemotePlugin({ url: listener.address, logger: silentLogger });
  return {
    plugin,
    url: listener.address,
    [Symbol.asyncDispose]: async () => {
      await plugin[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

// Each test has a world of its own, and waits for containers most of its time.
const concurrent = { describe: describe.concurrent, it };

describe('the process plugin, in process', () => {
  describeConformance(concurrent, { settleSeconds, factory: inProcess });
});

// What is not the same over HTTP; the whole contract over HTTP is tested with the kit and the SDK.
const only = ['create', 'logs', 'events', 'exec', 'attach', 'port-forward', 'features', 'bad-input', 'abort'] as const;

describe('the process plugin, over HTTP', () => {
  describeConformance(concurrent, { settleSeconds, only, factory: overHttp });
});
