import { InvalidInputError } from '@interlink/spec';

/** A configuration that cannot be used; the message names the file and the keys. A process ends with code 2 on it. */
export class ConfigError extends InvalidInputError {
  override readonly name = 'ConfigError';
}

/** True for a {@link ConfigError}, whichever copy of this package made it. */
export function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError';
}
