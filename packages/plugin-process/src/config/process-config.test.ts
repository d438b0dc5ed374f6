import { checkConfig } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { defaultWorkDirectory, pluginOptions } from './plugin-options.ts';
import { processConfigSchema } from './process-config.ts';

const check = (value: unknown) => checkConfig(processConfigSchema, value, { source: 'process.yaml' });

describe('the configuration of the process plugin', () => {
  it('needs nothing', () => {
    expect(pluginOptions(check({}), '/state')).toMatchObject({
      root: '/state',
      runtime: 'auto',
      policy: { hostPaths: [], runAsUser: 'refuse', retentionSeconds: 600, killAfterGraceSeconds: 5 },
      queryIntervalSeconds: 5,
    });
  });

  it('ships jobs only where there is no shared file system', () => {
    expect(pluginOptions(check({}), '/').policy?.shipping).toBeUndefined();
    expect(pluginOptions(check({ sharedFileSystem: false }), '/').policy?.shipping).toEqual({
      nodeDirectory: '/tmp',
      deliverySeconds: 60,
      scriptBytes: 4_000_000,
    });
  });

  it('reads quantities as Kubernetes writes them', () => {
    const { capacity } = pluginOptions(
      check({ capacity: { cpu: 4, memory: '16Gi', pods: 3, extended: { 'a/b': 1 } } }),
      '/',
    );
    expect(capacity).toEqual({ cpuCores: 4, memoryBytes: 16 * 1024 ** 3, pods: 3, extended: { 'a/b': 1 } });
  });

  it.each([
    [{ adress: 'unix:///x' }, 'unknown key adress'],
    [{ tls: { certFile: '/c', keyFile: '/k', key: '/k' } }, 'unknown key tls.key'],
    [{ runtime: 'docker' }, 'runtime'],
    [{ workDirectory: 'relative' }, 'workDirectory: must be an absolute path'],
    [{ hostPaths: [{ path: '~/x' }] }, 'hostPaths[0].path: must be an absolute path'],
    [
      { persistentVolumeClaims: [{ path: '/data/{user}' }] },
      'persistentVolumeClaims[0].path: can have {namespace} and {claim}',
    ],
    [{ persistentVolumeClaims: [{ path: '/data/{namespace}-{claim}' }] }, 'persistentVolumeClaims[0].path: can have'],
    [{ shipping: { nodeDirectory: '/tmp/$USER' } }, 'shipping.nodeDirectory: must be an absolute path'],
    [{ capacity: { memory: 'much' } }, 'capacity.memory: must be a Kubernetes quantity'],
  ])('refuses %j, naming the file and the key', (value, problem) => {
    expect(() => check(value)).toThrow(`process.yaml: ${problem}`);
  });

  it('has a description for every key', () => {
    const undescribed = Object.entries(processConfigSchema.shape).filter(([, schema]) => !schema.description);
    expect(undescribed.map(([key]) => key)).toEqual([]);
  });

  it('keeps its state where the desktop standard says', () => {
    expect(defaultWorkDirectory({ HOME: '/home/u' })).toBe('/home/u/.local/state/interlink/process');
    expect(defaultWorkDirectory({ HOME: '/home/u', XDG_STATE_HOME: '/state' })).toBe('/state/interlink/process');
  });
});
