import { describe, expect, it } from 'vitest';
import type { EnvVar } from '@interlink/spec';
import { subPathProblem } from './sub-path-problem.ts';

const problem = (subPathExpr: string, variables: EnvVar[]): string | undefined =>
  subPathProblem(
    { name: 'main', volumeMounts: [{ name: 'v', mountPath: '/m', subPathExpr }] },
    'spec.containers[0]',
    variables,
  );

describe('a subPathExpr', () => {
  it.each([
    ['$(NAME)/x', 'a', undefined],
    ['$(OTHER)', 'a', 'names the unknown variable OTHER'],
    ['$(NAME)', '/tmp', 'must be a relative path'],
    ['$(NAME)', '..', "must not contain '..'"],
  ])('%s, with NAME=%s, is a reason to wait: %s', (expression, value, reason) => {
    const said = problem(expression, [{ name: 'NAME', value }]);
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toBe(`spec.containers[0].volumeMounts[0].subPathExpr ${reason}`);
  });

  it('is the plugin’s to judge where it resolves the variables', () => {
    const valueFrom = { fieldRef: { fieldPath: 'metadata.name' } };
    expect(problem('$(NAME)', [{ name: 'NAME', valueFrom }])).toBeUndefined();
  });
});
