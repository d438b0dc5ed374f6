import type { Pod } from '@interlink/spec';
import type { PodSettings } from '../pod-settings.ts';
import type { PodInputs } from './pod-inputs.ts';

/** What the parts of a create request are made from. */
export interface AssemblyContext {
  /** The pod with its addresses in the status, as the downward API reads them. */
  readonly pod: Pod;
  readonly inputs: PodInputs;
  readonly settings: PodSettings;
  /** Variables of the API server and the Services, which every container gets where it does not set them itself. */
  readonly sharedVariables: ReadonlyMap<string, string>;
  /** See `AssemblyOptions.lenient`. */
  readonly lenient: boolean;
}
