import { describe, expect, it } from 'vitest';
import { announcedFeatures } from './features.ts';

describe('announcedFeatures', () => {
  it('gives what a peer announced and this package knows', () => {
    const response = { interlink: { version: 1 as const, features: ['events', 'teleport', 'list'] } };
    expect([...announcedFeatures(response)]).toEqual(['events', 'list']);
  });

  it('is empty for a Go or Python component', () => {
    expect(announcedFeatures({ status: 'OK' }).size).toBe(0);
  });
});
