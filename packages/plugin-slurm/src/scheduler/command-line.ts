import { basename } from 'node:path';
import type { Host } from '@interlink/batch';

/**
 * The words of a command followed by arguments. `ssh` joins what it is given with spaces and has a shell read it on the other side: behind
 * it every argument is quoted, so that it arrives there as it is.
 */
export function commandLine(words: readonly string[], args: readonly string[]): string[] {
  return [...words, ...(isRemote(words) ? args.map(quote) : args)];
}

/** The machines that run containers, where they are reached by a command and share their files with this one. */
export function hostBehind(host: Host, wrapper: readonly string[]): Host {
  return { ...host, run: (argv, options) => host.run(commandLine(wrapper, argv), options) };
}

function isRemote(words: readonly string[]): boolean {
  return words.some((word) => basename(word) === 'ssh');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
