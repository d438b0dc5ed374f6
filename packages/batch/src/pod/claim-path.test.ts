import { describe, expect, it } from 'vitest';
import type { ClaimRule } from '../contract/policy.ts';
import { isClaimTemplate, mapClaim } from './claim-path.ts';

const pathOf = (rules: readonly ClaimRule[], namespace = 'ns', claim = 'data') => {
  const mapped = mapClaim({ namespace, claim }, { persistentVolumeClaims: rules });
  return mapped && [mapped.path, mapped.within];
};

describe('mapClaim', () => {
  it('maps a claim to nothing where the site does not say', () => {
    expect(pathOf([])).toBeUndefined();
    expect(pathOf([{ claim: 'other', path: '/x' }])).toBeUndefined();
    expect(pathOf([{ namespace: 'other', claim: 'data', path: '/x' }])).toBeUndefined();
  });

  it('takes the first rule that fits', () => {
    const rules = [
      { namespace: 'ns', claim: 'data', path: '/one' },
      { claim: 'data', path: '/two' },
      { path: '/rest' },
    ];
    expect(pathOf(rules)).toEqual(['/one', '/one']);
    expect(pathOf(rules, 'other')).toEqual(['/two', '/two']);
    expect(pathOf(rules, 'other', 'more')).toEqual(['/rest', '/rest']);
  });

  it('fills a template, of which only what the site wrote is trusted', () => {
    expect(pathOf([{ path: '/scratch/k8s/{namespace}/x/{claim}' }])).toEqual([
      '/scratch/k8s/ns/x/data',
      '/scratch/k8s',
    ]);
    expect(pathOf([{ path: '/{claim}' }])).toEqual(['/data', '/']);
  });
});

it('a template has whole components to replace, so that two claims never share a path', () => {
  for (const path of ['/a', '/{claim}', '/a/{namespace}/{claim}/b']) expect(isClaimTemplate(path)).toBe(true);
  for (const path of ['/{user}', '/{namespace}-{claim}', '/a{', '/{claim}}']) expect(isClaimTemplate(path)).toBe(false);
});
