/**
 * A plugin in a process of its own that kills itself at a step: `node killed-plugin.ts ROOT STEP ACTION`, with the pods' data as JSON
 * lines on standard input. Prints the answers of create.
 */
import { createInterface } from 'node:readline';
import { silentLogger } from '@interlink/runtime';
import type { RetrievedPodData } from '@interlink/spec';
import { createProcessPlugin } from '../src/index.ts';
import { ended, gone } from './world.ts';

const [root = '', killAt = '', action = 'create'] = process.argv.slice(2);
const plugin = await createProcessPlugin({
  root,
  runtime: 'none',
  logger: silentLogger,
  onStep: async (step) => {
    if (step === killAt) process.kill(process.pid, 'SIGKILL');
    await Promise.resolve();
  },
});
const pods: RetrievedPodData[] = [];
for await (const line of createInterface({ input: process.stdin })) pods.push(JSON.parse(line) as RetrievedPodData);
await Promise.all(
  pods.map(async (data) => {
    const answer = await plugin.create(data);
    if (action === 'run') await ended(plugin, data.pod);
    if (action === 'delete') {
      await plugin.delete(data.pod);
      await gone(plugin, data.pod);
    }
    console.log(JSON.stringify(answer));
  }),
);
await plugin[Symbol.asyncDispose]();
