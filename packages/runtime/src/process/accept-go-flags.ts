/**
 * The arguments with the named flags in their two-dash form. Go's flag package, which the Go components use, takes `-name` and
 * `--name` alike; command-line libraries for Node take `-name` for a bundle of short flags.
 */
export function acceptGoFlags(commandLine: readonly string[], names: readonly string[]): string[] {
  const spellings = new Set(names.map((name) => `-${name}`));
  return commandLine.map((argument) => {
    const flag = argument.split('=', 1)[0] ?? '';
    return spellings.has(flag) ? `-${argument}` : argument;
  });
}
