import { describe, it } from 'vitest';
import { buildPluginApp, createRemotePlugin, listen } from '@interlink/plugin-sdk';
import { describeConformance, type TestTarget } from './describe-conformance.ts';
import { quietLogger } from './quiet-logger.ts';
import { createShellPlugin, ShellWorld } from './testing/shell-plugin.ts';

const settleSeconds = 30;
// Each test has a world of its own, and waits for shells most of its time.
const concurrent = { describe: describe.concurrent, it };

describe('a correct plugin, in process', () => {
  describeConformance(concurrent, {
    settleSeconds,
    factory: () => {
      const world = new ShellWorld();
      return Promise.resolve({
        plugin: createShellPlugin(world),
        restart: () => Promise.resolve({ plugin: createShellPlugin(world) }),
      });
    },
  });
});

async function serve(): Promise<TestTarget> {
  const app = buildPluginApp(createShellPlugin(), { logger: quietLogger });
  const listener = await listen(app, { address: 'http://127.0.0.1:0' }, quietLogger);
  const plugin = createRemotePlugin({ url: listener.address, logger: quietLogger });
  const dispose = async (): Promise<void> => {
    await plugin[Symbol.asyncDispose]();
    await listener[Symbol.asyncDispose]();
  };
  return { plugin, url: listener.address, [Symbol.asyncDispose]: dispose };
}

describe('a correct plugin, over HTTP', () => {
  describeConformance(concurrent, { settleSeconds, factory: serve });
});
