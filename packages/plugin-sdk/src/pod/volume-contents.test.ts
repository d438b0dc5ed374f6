import type { PodSpec, RetrievedPodData, Volume } from '@interlink/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { volumeContents, type VolumeContents } from './volume-contents.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const objects = {
  configMaps: [{ metadata: { name: 'cm' }, data: { a: 'alpha\\n', b: 'ß\n' }, binaryData: { bin: 'AP8=' } }],
  secrets: [{ metadata: { name: 's' }, data: { pw: base64('se$$cret'), empty: '' } }],
};

function contentsOf(volume: object, sent: object = objects, spec: Partial<PodSpec> = {}): VolumeContents {
  const full = { name: 'v', ...volume } as Volume;
  const containers = [{ name: 'main', volumeMounts: [{ name: 'v', mountPath: '/v' }] }];
  const metadata = { uid: 'u', name: 'demo', namespace: 'ns', labels: { z: 'a "q"\n', a: 'é\u0001' } };
  const data: RetrievedPodData = {
    pod: { metadata, spec: { volumes: [{ name: 'first' }, full], containers, ...spec } },
    container: [{ name: 'other' }, { name: 'main', ...sent }],
  };
  return volumeContents(full, data);
}

function filesOf(
  volume: object,
  sent?: object,
  spec?: Partial<PodSpec>,
): [path: string, mode: string, content: string][] {
  const contents = contentsOf(volume, sent, spec);
  if (contents.kind !== 'files') throw new Error(`a volume of kind ${contents.kind}`);
  return contents.files.map(({ path, mode, content }) => [
    path,
    mode.toString(8),
    Buffer.from(content).toString('latin1'),
  ]);
}

const failing = (field: string, code = 'ILK_INVALID_INPUT') => expect.objectContaining({ code, field }) as Error;
const at = 'pod.spec.volumes[1]';

describe('configMap and secret volumes', () => {
  it('hold every key, text and binary, exactly', () => {
    expect(filesOf({ configMap: { name: 'cm' } })).toEqual([
      ['a', '644', 'alpha\\n'],
      ['b', '644', Buffer.from('ß\n').toString('latin1')],
      ['bin', '644', '\0\xff'],
    ]);
  });

  it('hold the chosen keys at their paths with their modes', () => {
    const items = [
      { key: 'b', path: 'deep/er/b.txt', mode: 0o400 },
      { key: 'bin', path: './bin' },
    ];
    expect(
      filesOf({ configMap: { name: 'cm', items, defaultMode: 0o750 } }).map(([path, mode]) => [path, mode]),
    ).toEqual([
      ['bin', '750'],
      ['deep/er/b.txt', '400'],
    ]);
  });

  it('decode secrets', () => {
    expect(filesOf({ secret: { secretName: 's', defaultMode: 0o600 } })).toEqual([
      ['empty', '600', ''],
      ['pw', '600', 'se$$cret'],
    ]);
  });

  it('keep any bytes and any text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: 'grapheme' }), (bytes, text) => {
        const sent = {
          configMaps: [
            { metadata: { name: 'cm' }, data: { t: text }, binaryData: { b: Buffer.from(bytes).toString('base64') } },
          ],
        };
        const contents = contentsOf({ configMap: { name: 'cm' } }, sent);
        const files = contents.kind === 'files' ? contents.files : [];
        expect(files.map(({ content }) => Buffer.from(content))).toEqual([Buffer.from(bytes), Buffer.from(text)]);
      }),
    );
  });

  it('say that something may be missing', () => {
    const optional = (volume: object) => (contentsOf(volume) as { optional?: true }).optional;
    expect(optional({ configMap: { name: 'cm', optional: true } })).toBe(true);
    expect(optional({ projected: { sources: [{ secret: { name: 'none', optional: true } }] } })).toBe(true);
    expect(optional({ configMap: { name: 'cm' } })).toBeUndefined();
  });

  it('are empty when optional and absent', () => {
    expect(filesOf({ configMap: { name: 'none', optional: true } })).toEqual([]);
    expect(filesOf({ secret: { secretName: 's', optional: true, items: [{ key: 'no', path: 'p' }] } })).toEqual([]);
  });

  it('are empty when absent and mounted nowhere: objects are sent for mounts only', () => {
    expect(filesOf({ configMap: { name: 'none' } }, {}, { containers: [{ name: 'main' }] })).toEqual([]);
  });

  const refusals: Record<string, { volume: object; sent?: object; field: string }> = {
    'an absent ConfigMap': { volume: { configMap: { name: 'none' } }, field: `${at}.configMap` },
    'an absent Secret': { volume: { secret: { secretName: 'none' } }, field: `${at}.secret` },
    'an absent key': {
      volume: { secret: { secretName: 's', items: [{ key: 'no', path: 'p' }] } },
      field: `${at}.secret.items[0].key`,
    },
    'a path that climbs': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: 'x/../../y' }] } },
      field: `${at}.configMap.items[0].path`,
    },
    'an absolute path': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: '/etc/passwd' }] } },
      field: `${at}.configMap.items[0].path`,
    },
    'an empty path': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: '.' }] } },
      field: `${at}.configMap.items[0].path`,
    },
    'a path in the names of the kubelet': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: '..data' }] } },
      field: `${at}.configMap.items[0].path`,
    },
    'a NUL in a path': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: 'a\0b' }] } },
      field: `${at}.configMap.items[0].path`,
    },
    'a key that is a way up': {
      volume: { configMap: { name: 'up' } },
      sent: { configMaps: [{ metadata: { name: 'up' }, data: { '../x': '' } }] },
      field: `${at}.configMap[../x]`,
    },
    'a mode out of range': {
      volume: { configMap: { name: 'cm', defaultMode: 0o1777 } },
      field: `${at}.configMap.defaultMode`,
    },
    'a value that is not base64': {
      volume: { secret: { secretName: 'bad' } },
      sent: { secrets: [{ metadata: { name: 'bad' }, data: { k: 'not base64!' } }] },
      field: `${at}.secret[k]`,
    },
    'a file that is a directory too': {
      volume: { configMap: { name: 'cm', items: [{ key: 'a', path: 'x' }, { key: 'b', path: 'x/y' }] } },
      field: 'pod.spec.volumes',
    }, // prettier-ignore
  };
  it.each(Object.entries(refusals))('refuse %s', (_, { volume, sent, field }) => {
    expect(() => contentsOf(volume, sent)).toThrow(failing(field));
  });

  it('are refused by name when a list is none, or a file name too long for any file system', () => {
    expect(() => contentsOf({ projected: { sources: 'all' } })).toThrow(failing(`${at}.projected.sources`));
    expect(() => contentsOf({ downwardAPI: { items: {} } })).toThrow(failing(`${at}.downwardAPI.items`));
    expect(() => contentsOf({ configMap: { name: 'cm', items: 1 } })).toThrow(failing(`${at}.configMap.items`));
    const items = [{ key: 'a', path: 'x'.repeat(300) }];
    expect(() => contentsOf({ configMap: { name: 'cm', items } })).toThrow(failing(`${at}.configMap.items[0].path`));
  });

  it('never say what a secret holds', () => {
    const sent = { secrets: [{ metadata: { name: 'bad' }, data: { k: 'hunter2!' } }] };
    expect(() => contentsOf({ secret: { secretName: 'bad' } }, sent)).not.toThrow(/hunter2/);
    expect(() => contentsOf({ secret: { secretName: 'bad' } }, sent)).toThrow();
  });
});

describe('projected and downwardAPI volumes', () => {
  const sources = [
    { serviceAccountToken: { path: 'token' } },
    { configMap: { name: 'cm', items: [{ key: 'a', path: 'ca.crt', mode: 0o444 }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];

  it('are as the virtual kubelet sent them, with the modes of their sources', () => {
    const sent = {
      projectedvolumemaps: [{ metadata: { name: 'v' }, data: { token: 'eyJ', 'ca.crt': 'PEM\n', namespace: 'ns' } }],
    };
    expect(filesOf({ projected: { sources, defaultMode: 0o600 } }, sent)).toEqual([
      ['ca.crt', '444', 'PEM\n'],
      ['namespace', '600', 'ns'],
      ['token', '600', 'eyJ'],
    ]);
  });

  it('refuse a path that the virtual kubelet did not send, unless its source is optional', () => {
    const sent = { projectedvolumemaps: [{ metadata: { name: 'v' }, data: { token: 'eyJ' } }] };
    const secret = { name: 's', items: [{ key: 'pw', path: 'pw' }] };
    expect(() => contentsOf({ projected: { sources: [sources[0], { secret }] } }, sent)).toThrow(
      failing(`${at}.projected.sources[1]`),
    );
    expect(filesOf({ projected: { sources: [sources[0], { secret: { ...secret, optional: true } }] } }, sent)).toEqual([
      ['token', '644', 'eyJ'],
    ]);
  });

  it('are made from what is at hand when nothing was sent', () => {
    const parts = [
      ...sources.slice(1),
      { secret: { name: 's', items: [{ key: 'pw', path: 'deep/pw' }] } },
      { secret: { name: 'none', optional: true } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ];
    expect(filesOf({ projected: { sources: parts } })).toEqual([
      ['ca.crt', '444', 'alpha\\n'],
      ['deep/pw', '644', 'se$$cret'],
      ['labels', '644', Buffer.from('a="é\\x01"\nz="a \\"q\\"\\n"').toString('latin1')],
      ['namespace', '644', 'ns'],
    ]);
  });

  it('refuse a token that was not sent', () => {
    expect(() => contentsOf({ projected: { sources } })).toThrow(
      failing(`${at}.projected.sources[0]`, 'ILK_UNSUPPORTED'),
    );
  });

  it('give fields and resources of the pod', () => {
    const items = [
      { path: 'name', mode: 0o400, fieldRef: { fieldPath: 'metadata.name' } },
      { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu', divisor: '1m' } },
    ];
    const containers = [{ name: 'main', resources: { limits: { cpu: '2' } } }];
    expect(filesOf({ downwardAPI: { items } }, objects, { containers })).toEqual([
      ['cpu', '644', '2000'],
      ['name', '400', 'demo'],
    ]);
  });

  it('refuse a path that climbs, sent or not', () => {
    const sent = { projectedvolumemaps: [{ metadata: { name: 'v' }, data: { '../token': 'x' } }] };
    expect(() => contentsOf({ projected: {} }, sent)).toThrow(failing(`${at}.projected[../token]`));
  });
});

describe('other volumes', () => {
  const outcomes: Record<string, { volume: object; contents: VolumeContents }> = {
    'an emptyDir': { volume: { emptyDir: {} }, contents: { kind: 'directory' } },
    'no source at all': { volume: {}, contents: { kind: 'directory' } },
    'an emptyDir in memory with a size': {
      volume: { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      contents: { kind: 'directory', medium: 'Memory', sizeLimitBytes: 1048576 },
    },
    'a path of the host': {
      volume: { hostPath: { path: '/data//x/', type: 'Directory' } },
      contents: { kind: 'hostPath', path: '/data/x', type: 'Directory' },
    },
    'a path of the host without a check': {
      volume: { hostPath: { path: '/data' } },
      contents: { kind: 'hostPath', path: '/data', type: '' },
    },
    'a claim': {
      volume: { persistentVolumeClaim: { claimName: 'data.db', readOnly: true } },
      contents: { kind: 'claim', claim: 'data.db', readOnly: true },
    },
    'what needs a driver': {
      volume: { nfs: { server: 's', path: '/p' } },
      contents: { kind: 'unsupported', reason: 'volumes of kind nfs are not supported', field: `${at}.nfs` },
    },
  };
  it.each(Object.entries(outcomes))('%s', (_, { volume, contents }) => {
    expect(contentsOf(volume)).toEqual(contents);
  });

  it('refuse a claim whose name could be a path', () => {
    for (const claimName of ['', '..', 'a/b', 'a..b', 'A']) {
      expect(() => contentsOf({ persistentVolumeClaim: { claimName } })).toThrow(
        failing(`${at}.persistentVolumeClaim.claimName`),
      );
    }
  });

  it('refuse a type of host path that there is not', () => {
    expect(() => contentsOf({ hostPath: { path: '/d', type: 'Folder' } })).toThrow(failing(`${at}.hostPath.type`));
  });

  it('refuse a host path that is relative or climbs', () => {
    expect(() => contentsOf({ hostPath: { path: 'data' } })).toThrow(failing(`${at}.hostPath.path`));
    expect(() => contentsOf({ hostPath: { path: '/data/../etc' } })).toThrow(failing(`${at}.hostPath.path`));
  });
});
