/** Names of specs by how they can run. */
export interface SpecGroups {
  /** At the same time as any other but the disruptive ones. */
  readonly parallel: readonly string[];
  /** Their containers listen at ports that others of them listen at too. */
  readonly listening: readonly string[];
  /** They do something to the whole node. */
  readonly disruptive: readonly string[];
}

const listening = /Container Lifecycle Hook|PreStop|Probing container .*(http|tcp|GRPC|readiness|restart count)/;
const disruptive = /\[Serial\]|\[Disruptive\]/;

/** Sorts specs into those groups. */
export function groupSpecs(names: readonly string[]): SpecGroups {
  const groups = Object.groupBy(names, (name) => {
    if (disruptive.test(name)) return 'disruptive';
    return listening.test(name) ? 'listening' : 'parallel';
  });
  return { parallel: groups.parallel ?? [], listening: groups.listening ?? [], disruptive: groups.disruptive ?? [] };
}

/** A regular expression in Go's syntax that is true of these names alone. */
export function matchNames(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|');
}
