import type { Host } from '../contract/host.ts';

/** The host, with words before every command: for a machine that is reached by a command and shares its files with this one. */
export function withCommandPrefix(host: Host, prefix: readonly string[]): Host {
  if (prefix.length === 0) return host;
  return {
    ...host,
    run: (argv, options) => host.run([...prefix, ...argv], options),
    stream: (argv, options) => host.stream([...prefix, ...argv], options),
  };
}
