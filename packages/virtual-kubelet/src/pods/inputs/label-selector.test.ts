import { expect, it } from 'vitest';
import { formatLabelSelector } from './label-selector.ts';

it('writes every operator of a label selector as kubectl does', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'env', operator: 'NotIn', values: ['test'] },
    { key: 'here', operator: 'Exists' },
    { key: 'gone', operator: 'DoesNotExist' },
  ];
  const formatted = formatLabelSelector({ matchLabels: { app: 'x' }, matchExpressions });
  expect(formatted).toBe('app=x,tier in (a,b),env notin (test),here,!gone');
  expect(formatLabelSelector({})).toBe('');
});
