import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Prometheus metrics of one process or one test; never a global registry. */
export interface Metrics {
  readonly registry: Registry;
  /** A number that only grows. */
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** A number that goes up and down. */
  gauge<Label extends string>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>;
  /** A gauge that is read when somebody asks for the metrics. A later reader of a name takes its place. */
  observed<Label extends string>(
    name: string,
    help: string,
    options: { readonly labels?: readonly Label[]; readonly read: (gauge: Gauge<Label>) => void },
  ): void;
  /** Buckets are in seconds. Default: 5 ms to 60 s. */
  histogram<Label extends string>(name: string, help: string, labels?: readonly Label[]): Histogram<Label>;
}

/** How {@link createMetrics} makes a registry. */
export interface MetricsOptions {
  /** True: also memory, processor time, event loop lag and the like of this process. Default false. */
  readonly processMetrics?: boolean;
  /** Labels that every series has, e.g. the node's name. */
  readonly labels?: Readonly<Record<string, string>>;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A registry of its own. Asking for the same name twice gives the same metric. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (options.labels !== undefined) registry.setDefaultLabels(options.labels);
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  const reuse = <M>(name: string, make: () => M): M => (registry.getSingleMetric(name) as M | undefined) ?? make();
  const shared = { registers: [registry] };
  return {
    registry,
    counter: (name, help, labels = []) =>
      reuse(name, () => new Counter({ name, help, labelNames: [...labels], ...shared })),
    gauge: (name, help, labels = []) =>
      reuse(name, () => new Gauge({ name, help, labelNames: [...labels], ...shared })),
    observed(name, help, { labels = [], read }) {
      registry.removeSingleMetric(name);
      const collect = function (this: Gauge): void {
        read(this);
      };
      registry.registerMetric(new Gauge({ name, help, labelNames: [...labels], collect, registers: [] }));
    },
    histogram: (name, help, labels = []) =>
      reuse(name, () => new Histogram({ name, help, labelNames: [...labels], buckets: secondsBuckets, ...shared })),
  };
}
