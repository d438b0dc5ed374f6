import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInterLinkError } from '../errors/index.ts';
import { parseWire, parseWireList, type WireBodies } from './parse-wire.ts';

const metadata = { name: 'demo', namespace: 'default', uid: '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11' };

function fieldOf(name: keyof WireBodies, value: unknown): string | undefined {
  try {
    parseWire(name, value);
    return undefined;
  } catch (error) {
    return isInterLinkError(error) && error.code === 'ILK_INVALID_INPUT' ? error.field : 'not of the error set';
  }
}

describe('parseWire', () => {
  it('drops the nulls that Go sends for empty lists and pointers', () => {
    const pod = { metadata: { ...metadata, labels: null }, spec: { containers: null, volumes: null }, status: null };
    const body = { pod, configmaps: null, secrets: null, projectedvolumesmaps: null, jobscriptURL: '' };
    expect(parseWire('PodCreateRequests', body)).toEqual({ pod: { metadata, spec: {} }, jobscriptURL: '' });
  });

  it('refuses a null among the items of a list, wherever it is', () => {
    const volumes = [{ name: 'v', projected: { sources: [{}, null] } }];
    const pod = { metadata, spec: { volumes } };
    expect(fieldOf('PodCreateRequests', { pod })).toBe('pod.spec.volumes[0].projected.sources[1]');
  });

  it('keeps keys that it does not know', () => {
    const status = { UID: 'u', containers: [{ name: 'a', state: {}, novelty: 1 }], later: { x: 1 } };
    expect(parseWire('PodStatus', status)).toEqual(status);
  });

  it.each<[keyof WireBodies, unknown, string]>([
    ['Pod', {}, 'metadata'],
    ['Pod', { metadata: { ...metadata, uid: '../../etc' } }, 'metadata.uid'],
    ['Pod', { metadata: { ...metadata, uid: '' } }, 'metadata.uid'],
    ['Pod', { metadata: { ...metadata, namespace: 'a/b' } }, 'metadata.namespace'],
    ['Pod', { metadata, spec: { containers: [{ name: 'a' }, { name: '../b' }] } }, 'spec.containers[1].name'],
    [
      'Pod',
      { metadata, spec: { containers: [{ name: 'a', env: [{ name: 'A=B' }] }] } },
      'spec.containers[0].env[0].name',
    ],
    ['Pod', { metadata, spec: { containers: [{ name: 'a', command: 'sleep' }] } }, 'spec.containers[0].command'],
    ['RetrievedPodData', { pod: { metadata }, container: [{ configMaps: null }] }, 'container[0].name'],
    ['LogStruct', { Namespace: 'a', PodUID: 'u', PodName: 'p', Opts: { Tail: -1 } }, 'Opts.Tail'],
    ['Pod', null, 'body'],
    ['Pod', [], 'body'],
    ['Pod', 'text', 'body'],
  ])('%s: names the field at fault (%#)', (name, value, field) => {
    expect(fieldOf(name, value)).toBe(field);
  });

  it('takes any JSON or refuses it with an error of the set', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const name of ['Pod', 'PodStatus', 'LogStruct', 'PingResponse', 'RetrievedPodData'] as const) {
          expect(fieldOf(name, value)).not.toBe('not of the error set');
        }
      }),
    );
  });
});

describe('parseWireList', () => {
  it('takes null for the empty list', () => {
    expect(parseWireList('Pod', null)).toEqual([]);
  });

  it('names the item and its field', () => {
    const list = [{ metadata }, { metadata: { ...metadata, name: 1 } }];
    expect(() => parseWireList('Pod', list)).toThrow(expect.objectContaining({ field: '[1].metadata.name' }));
  });
});
