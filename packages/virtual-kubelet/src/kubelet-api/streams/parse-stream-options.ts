import { InvalidInputError } from '@interlink/spec';

/** Which streams a client of exec or attach wants. */
export interface StreamOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * The query of a kubelet's exec and attach: `input`, `output`, `error`, `tty`, each `1` or `true`. With a terminal there is no `error`.
 *
 * @throws InvalidInputError when no stream is asked for, as a kubelet says it.
 */
export function parseStreamOptions(query: URLSearchParams): StreamOptions {
  const isSet = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  const tty = isSet('tty');
  const options = { stdin: isSet('input'), stdout: isSet('output'), stderr: isSet('error') && !tty, tty };
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw new InvalidInputError('you must specify at least 1 of stdin, stdout, stderr');
  }
  return options;
}
