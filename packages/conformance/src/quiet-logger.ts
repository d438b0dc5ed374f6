import type { RemoteOptions } from '@interlink/plugin-sdk';

const nothing = (): void => undefined;

/** For the client of the plugin: what it has to say is in the report. */
export const quietLogger: RemoteOptions['logger'] = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quietLogger,
};
