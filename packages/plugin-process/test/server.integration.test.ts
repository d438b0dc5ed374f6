import { stat, writeFile } from 'node:fs/promises';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { explainProcessPod, processConfigSchema, startProcessServer, type ProcessConfigInput } from '../src/index.ts';
import { container, dataOf, podWith, ProcessWorld, ran } from './world.ts';

const start = (config: ProcessConfigInput) =>
  startProcessServer(processConfigSchema.parse({ runtime: 'none', ...config }), { logger: silentLogger });

describe('startProcessServer', () => {
  it('listens on a private socket in the work directory when nothing else is said', async () => {
    await using world = await ProcessWorld.create();
    await using server = await start({ workDirectory: world.root });
    expect(server.address).toBe(`unix://${world.root}/plugin.sock`);
    expect((await stat(`${world.root}/plugin.sock`)).mode & 0o777).toBe(0o600);
    await using remote = createRemotePlugin({ url: server.address, logger: silentLogger });
    const status = await ran(remote, podWith());
    expect(status.containers?.[0]?.state?.terminated?.exitCode).toBe(0);
  });

  it('asks for a token of the file', async () => {
    await using world = await ProcessWorld.create();
    await writeFile(`${world.root}/tokens`, 'first\n\nsecond\n');
    await using server = await start({
      workDirectory: world.root,
      address: 'http://127.0.0.1:0',
      tokenFile: `${world.root}/tokens`,
    });
    const connect = (token?: string) =>
      createRemotePlugin({ url: server.address, logger: silentLogger, token: () => Promise.resolve(token) });
    await using stranger = connect();
    await expect(stranger.ping()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    await using friend = connect('second');
    await expect(friend.ping()).resolves.toMatchObject({ interlink: { version: 1 } });
  });

  it('does not open itself to others without a credential', async () => {
    await using world = await ProcessWorld.create();
    await expect(start({ workDirectory: world.root, address: 'http://0.0.0.0:0' })).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
    });
    await expect(start({ workDirectory: world.root, tokenFile: '/no/such' })).rejects.toThrow(
      '/no/such cannot be read',
    );
    // What was begun was ended: the directory is free.
    await using server = await start({ workDirectory: world.root });
    await expect(start({ workDirectory: world.root })).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
    expect(server.address).toMatch(/^unix:/);
  });
});

describe('explainProcessPod', () => {
  it('says what would be run, without running it', async () => {
    await using world = await ProcessWorld.create();
    const pod = podWith({
      hostPID: true,
      containers: [container({ script: 'echo x', env: [{ name: 'SECRET', value: 'hidden' }], tty: true })],
    });
    const explanation = await explainProcessPod(dataOf(pod), { root: world.root, runtime: 'none' });
    expect(explanation.containers[0]).toMatchObject({
      name: 'main',
      argv: ['sh', '-c', 'echo x'],
      workingDirectory: '/',
    });
    expect(explanation.containers[0]?.environmentNames).toContain('SECRET');
    for (const verdict of [
      { path: 'spec.containers[0].tty', verdict: 'honoured' },
      { path: 'spec.hostPID', verdict: 'emulated' },
    ]) {
      expect(explanation.verdicts).toContainEqual(expect.objectContaining(verdict));
    }
    expect(explanation.runtime).toContain('without an image');
    expect(JSON.stringify(explanation)).not.toContain('hidden');
    expect(await world.exists('pod-1')).toBe(false);
  });

  it('says why a pod would be refused', async () => {
    await using world = await ProcessWorld.create();
    const pod = podWith({ containers: [{ name: 'main', image: 'busybox' }] });
    const { refusal } = await explainProcessPod(dataOf(pod), { root: world.root, runtime: 'none' });
    expect(refusal).toMatchObject({ field: 'pod.spec.containers[0].command' });
  });
});
