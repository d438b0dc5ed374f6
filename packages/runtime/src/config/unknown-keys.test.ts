import { describe, expect, it } from 'vitest';
import { unknownKeys } from './unknown-keys.ts';

const shape = { InterlinkURL: true, TLS: { CertFile: true }, NodeTaints: [{ Key: true }], Labels: true } as const;

describe('unknownKeys', () => {
  it.each([
    [{ InterlinkURL: 'x', TLS: { CertFile: 'y' }, NodeTaints: [{ Key: 'k' }], Labels: { any: 'thing' } }, []],
    [{ InterLinkUrl: 'x' }, [{ path: 'InterLinkUrl', nearest: 'InterlinkURL' }]],
    [{ TLS: { certfile: 'y' } }, [{ path: 'TLS.certfile', nearest: 'CertFile' }]],
    [{ NodeTaints: [{ Key: 'a' }, { Kye: 'b' }] }, [{ path: 'NodeTaints[1].Kye', nearest: 'Key' }]],
    [{ ExportPodData: true }, [{ path: 'ExportPodData' }]],
    [null, []],
  ])('finds what nothing reads in %j', (value, expected) => {
    expect(unknownKeys(value, shape)).toEqual(expected);
  });
});
