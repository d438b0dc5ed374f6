/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was measured, RFC 3339. Default: when it is read. */
  readonly time?: string;
}

/** A metric with all its values. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** Content type of {@link formatExposition}. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The text that Prometheus reads. Beside the registry that every other metric of this program is in, because that one knows no times: the
 * metrics server computes rates from those of the measurements.
 */
export function formatExposition(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map((sample) => `${name}${formatLabels(sample.labels)} ${formatValue(sample)}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function formatLabels(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function formatValue({ value, time }: Sample): string {
  return time === undefined ? String(value) : `${value} ${Date.parse(time)}`;
}
