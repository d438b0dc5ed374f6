import { describe, expect, it } from 'vitest';
import { hasVolumeObject } from './has-volume-object.ts';

describe('hasVolumeObject', () => {
  const data = {
    pod: {},
    container: [
      { name: 'a' },
      {
        name: 'b',
        configMaps: [{ metadata: { name: 'c' } }],
        secrets: [{ metadata: { name: 's' } }],
        projectedvolumemaps: [{ metadata: { name: 'p' } }],
      },
    ],
  };

  it.each([
    [{ name: 'v', configMap: { name: 'c' } }, true],
    [{ name: 'v', configMap: { name: 'other', optional: true } }, false],
    [{ name: 'v', secret: { secretName: 's' } }, true],
    [{ name: 'v', secret: { secretName: 'c' } }, false],
    [{ name: 'p', projected: { sources: [] } }, true],
    [{ name: 'v', projected: { sources: [] } }, false],
    [{ name: 'v', downwardAPI: { items: [] } }, true],
    [{ name: 'v', emptyDir: {} }, true],
  ])('of %j: %s', (volume, expected) => {
    expect(hasVolumeObject(volume, data)).toBe(expected);
  });
});
