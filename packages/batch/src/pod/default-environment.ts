import type { ResolvedContainer, ResolvedPod } from '@interlink/plugin-sdk';

type Variable = readonly [name: string, value: string];

/** The pod's variables, and the few that every container has where the pod does not set them. */
export function withDefaults(
  pod: ResolvedPod,
  container: ResolvedContainer,
  defaults: Readonly<Record<string, string>>,
): readonly Variable[] {
  const own = new Set(container.environment.map(([name]) => name));
  const terminal = container.spec.tty === true ? { TERM: 'xterm' } : {};
  const missing = Object.entries({ HOSTNAME: pod.name, ...terminal, ...defaults }).filter(([name]) => !own.has(name));
  return [...missing, ...container.environment];
}

/** Variables in the order in which the runner sets them: those that change how the shell reads text come last. */
export function inShellOrder(environment: readonly Variable[]): Variable[] {
  const isLocale = ([name]: Variable): boolean => name === 'LANG' || name.startsWith('LC_');
  return [...environment.filter((variable) => !isLocale(variable)), ...environment.filter(isLocale)];
}
