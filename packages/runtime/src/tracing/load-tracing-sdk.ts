import { readFile } from 'node:fs/promises';
import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpProtocol, TracingSettings } from './tracing-settings.ts';

/** The OpenTelemetry SDK, ready to be registered. */
export interface TracingSdk {
  readonly provider: TracerProvider & { shutdown(): Promise<void> };
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
}

const exporters: Readonly<Record<OtlpProtocol, string>> = {
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
};

/** The packages that tracing by this protocol needs; none of them is installed with interLink. */
export function tracingPackages(protocol: OtlpProtocol): readonly string[] {
  const sdk = ['sdk-trace', 'context-async-hooks', 'core', 'resources'].map((name) => `@opentelemetry/${name}`);
  return [...sdk, exporters[protocol]];
}

/**
 * Loads the SDK and builds what the settings describe. Nothing is loaded before.
 *
 * @throws What `import` throws where a package is not installed.
 */
export async function loadTracingSdk(settings: TracingSettings): Promise<TracingSdk> {
  const [trace, hooks, core, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
  ]);
  const { AlwaysOffSampler, AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } = trace;
  const exporter = await createExporter(settings);
  const { ratio, isParentBased } = settings;
  const root =
    ratio === 1
      ? new AlwaysOnSampler()
      : ratio === 0
        ? new AlwaysOffSampler()
        : new trace.TraceIdRatioBasedSampler(ratio);
  const named = resources.resourceFromAttributes({ 'service.name': settings.serviceName });
  return {
    provider: new TracerProvider({
      sampler: isParentBased ? new ParentBasedSampler({ root }) : root,
      resource: resources.defaultResource().merge(named),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    }),
    contextManager: new hooks.AsyncLocalStorageContextManager(),
    propagator: new core.W3CTraceContextPropagator(),
  };
}

interface ExporterModule {
  readonly OTLPTraceExporter: new (options: object) => SpanExporter;
}

async function createExporter({ protocol, url, tls, insecureSkipVerify }: TracingSettings): Promise<SpanExporter> {
  // By name, because the ones that are not asked for are not installed.
  const { OTLPTraceExporter } = (await import(exporters[protocol])) as ExporterModule;
  const read = async (file: string | undefined): Promise<Buffer | undefined> =>
    file === undefined ? undefined : await readFile(file);
  const [ca, cert, key] = await Promise.all([read(tls.caFile), read(tls.certFile), read(tls.keyFile)]);
  const agent = {
    keepAlive: true,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(insecureSkipVerify ? { rejectUnauthorized: false } : {}),
  };
  return new OTLPTraceExporter({ ...(url === undefined ? {} : { url }), httpAgentOptions: agent });
}
