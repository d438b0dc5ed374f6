import type { KubeClient } from '@interlink/kube';
import type { Clock, Health, Logger, Metrics } from '@interlink/runtime';
import type { InterLinkApi } from '@interlink/spec';

/** What the nodes of a process share. */
export interface ProcessParts {
  readonly client: KubeClient;
  /** An interLink API in this process for every node, in place of those that the configuration names. */
  readonly api?: InterLinkApi | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  /** The metrics of each node, kept over its restarts. */
  readonly nodeMetrics: ReadonlyMap<string, Metrics>;
}
