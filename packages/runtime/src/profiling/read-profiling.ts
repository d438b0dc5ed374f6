import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { isLoopback } from '../operations/split-address.ts';

/** The block `Pprof` of the Go components. */
export const pprofSchema = z.object({
  Enabled: z.boolean().nullish(),
  Address: z.string().nullish(),
  Port: z.union([z.number(), z.string()]).nullish(),
});

/** Where profiles are served. */
export interface ProfilingSettings {
  /** `host:port` on loopback. */
  readonly address: string;
}

/** What {@link readProfiling} reads besides the block. */
export interface ProfilingSource {
  /** Name of the file, for messages. */
  readonly file: string;
  /** `ENABLE_PPROF`, `PPROF_ADDRESS` and `PPROF_PORT` win over the file. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The port of the Go component. */
  readonly defaultPort: number;
}

/** Settings with what is worth telling the administrator. */
export interface ReadProfiling {
  /** Undefined: no profiles. */
  readonly profiling?: ProfilingSettings;
  readonly warnings: readonly string[];
}

const highestPort = 65_535;

/**
 * Whether and where profiles are served, by the keys and names of the Go components. A heap holds every secret of the process, so an address that other
 * machines reach gives way to `127.0.0.1`, with a warning.
 *
 * @throws ConfigError for a port that is none, naming key or environment name.
 */
export function readProfiling(
  block: z.output<typeof pprofSchema> | null | undefined,
  source: ProfilingSource,
): ReadProfiling {
  const named = (name: string): string | undefined => source.environment[name]?.trim() || undefined;
  if (block?.Enabled !== true && named('ENABLE_PPROF') !== 'true') return { warnings: [] };
  const port = readPort(named('PPROF_PORT'), block?.Port, source);
  const wanted = named('PPROF_ADDRESS') ?? (block?.Address?.trim() || '127.0.0.1');
  const isOpen = !isLoopback({ host: wanted, port });
  const host = isOpen ? '127.0.0.1' : wanted.includes(':') ? `[${wanted}]` : wanted;
  const key = named('PPROF_ADDRESS') === undefined ? `${source.file}: Pprof.Address` : 'environment PPROF_ADDRESS';
  return {
    profiling: { address: `${host}:${port}` },
    warnings: isOpen
      ? [`${key}: profiles hold secrets and are served on 127.0.0.1 only, not on ${JSON.stringify(wanted)}`]
      : [],
  };
}

function readPort(fromEnvironment: string | undefined, fromFile: unknown, source: ProfilingSource): number {
  const written = fromEnvironment ?? fromFile ?? source.defaultPort;
  const port = written === '' ? source.defaultPort : Number(written);
  if (Number.isInteger(port) && port >= 0 && port <= highestPort) return port;
  const key = fromEnvironment === undefined ? `${source.file}: Pprof.Port` : 'environment PPROF_PORT';
  throw new ConfigError(`${key} is no port: ${JSON.stringify(written)}`);
}
