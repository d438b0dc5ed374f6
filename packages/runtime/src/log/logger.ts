import { destination as fileDestination, pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { traceFields } from '../tracing/in-span.ts';

/** Severity from which lines are written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * Where a component writes what it did: a constant message with fields, `logger.info({ podUid }, 'job submitted')`.
 * An error goes under the key `err`. Never a secret, never a whole pod.
 */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'> & {
  /** A logger that adds the fields to every line. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
};

/** How {@link createLogger} writes. */
export interface LoggerOptions {
  /** Name of the component, in every line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Lines for people instead of JSON. Default: true when standard error is a terminal. */
  readonly pretty?: boolean;
  /** Default: standard error, so that standard output stays free for results. */
  readonly destination?: DestinationStream;
}

const standardError = 2;

// A last line of defence: these keys should not be in a log line at all.
const redactedKeys = ['token', 'password', 'authorization', 'secret', 'secrets', 'data'];

function chooseDestination(options: LoggerOptions): DestinationStream {
  const raw = options.destination ?? fileDestination({ dest: standardError, sync: true });
  const pretty = options.pretty ?? (options.destination === undefined && process.stderr.isTTY);
  return pretty ? PinoPretty({ destination: raw, colorize: process.stderr.isTTY, ignore: 'pid,hostname' }) : raw;
}

/** A logger that writes JSON lines, or readable lines on a terminal. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      mixin: traceFields,
      redact: { paths: redactedKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    chooseDestination(options),
  );
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
