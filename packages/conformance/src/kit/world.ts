import type { Plugin } from '@interlink/spec';
import type { RawTarget } from './raw-request.ts';

/** A plugin to check, with what the kit may do to it besides calling it. */
export interface World {
  readonly plugin: Plugin;
  /** Where the same plugin is served; needed for the checks of bad input. */
  readonly raw?: RawTarget;
  /** Ends the plugin as a crash or a stop would, starts it anew on what it left, and gives the new one. */
  restart?(): Promise<Pick<World, 'plugin' | 'raw'>>;
}
