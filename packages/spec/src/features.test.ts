import { describe, expect, it } from 'vitest';
import { announcedAccepts, announcedFeatures } from './features.ts';

describe('announcedFeatures', () => {
  it('gives what a peer announced and this package knows', () => {
    const response = { interlink: { version: 1 as const, features: ['events', 'teleport', 'list'] } };
    expect([...announcedFeatures(response)]).toEqual(['events', 'list']);
  });

  it('is empty for a Go or Python component', () => {
    expect(announcedFeatures({ status: 'OK' }).size).toBe(0);
  });
});

describe('announcedAccepts', () => {
  it('gives what of a create a peer makes use of and this package knows', () => {
    const interlink = { version: 1 as const, features: [], accepts: ['imagePullSecrets', 'wishes'] };
    expect([...announcedAccepts({ interlink })]).toEqual(['imagePullSecrets']);
  });

  it('is empty for a peer that says nothing of it', () => {
    expect(announcedAccepts({ interlink: { version: 1, features: ['list'] } }).size).toBe(0);
    expect(announcedAccepts({ status: 'OK' }).size).toBe(0);
  });
});
