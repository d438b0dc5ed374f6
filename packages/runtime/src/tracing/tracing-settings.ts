/** Protocols of OTLP. */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** Where spans go. */
export interface TracingSettings {
  readonly protocol: OtlpProtocol;
  /** Default: what the exporter reads from `OTEL_EXPORTER_OTLP_*`, else this machine. */
  readonly url?: string;
  readonly serviceName: string;
  /** Share of traces that is kept where no caller has decided, 0 to 1. */
  readonly ratio: number;
  /** False: what a caller decided is not looked at. */
  readonly isParentBased: boolean;
  /** Files in PEM for a TLS connection. */
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly insecureSkipVerify: boolean;
}

/** Whose spans they are. */
export interface TracingService {
  /** `service.name` of the process. */
  readonly name: string;
  /** First part of the service name in the Go component, used with `TELEMETRY_UNIQUE_ID`. */
  readonly goPrefix?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const protocols: ReadonlySet<string> = new Set<OtlpProtocol>(['http/protobuf', 'http/json', 'grpc']);
const endpointNames = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * What the environment says of tracing; undefined: none is wanted. The Go components' names count (`ENABLE_TRACING=1`, `TELEMETRY_ENDPOINT`,
 * `TELEMETRY_UNIQUE_ID`, `TELEMETRY_*_FILEPATH`, `TELEMETRY_INSECURE_SKIP_VERIFY`) and those of OpenTelemetry, where an OTLP endpoint or
 * `OTEL_TRACES_EXPORTER=otlp` switches it on.
 */
export function readTracingSettings(environment: Environment, service: TracingService): TracingSettings | undefined {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const isGo = text('ENABLE_TRACING') === '1';
  const isAsked = text('OTEL_TRACES_EXPORTER') === 'otlp' || endpointNames.some((name) => text(name) !== undefined);
  const isRefused = text('OTEL_SDK_DISABLED') === 'true' || text('OTEL_TRACES_EXPORTER') === 'none';
  if (isRefused || !(isGo || isAsked)) return undefined;
  const endpoint = isGo ? text('TELEMETRY_ENDPOINT') : undefined;
  const caFile = text('TELEMETRY_CA_CRT_FILEPATH');
  const certFile = text('TELEMETRY_CLIENT_CRT_FILEPATH');
  const keyFile = text('TELEMETRY_CLIENT_KEY_FILEPATH');
  const url = goUrl(endpoint, caFile !== undefined);
  return {
    protocol: readProtocol(text, isGo && !isAsked && !isHttp(endpoint)),
    ...(url === undefined ? {} : { url }),
    serviceName: text('OTEL_SERVICE_NAME') ?? goName(service, text('TELEMETRY_UNIQUE_ID')),
    ...readSampler(
      text('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on',
      Number(text('OTEL_TRACES_SAMPLER_ARG') ?? 1),
    ),
    tls: {
      ...(caFile === undefined ? {} : { caFile }),
      ...(certFile === undefined ? {} : { certFile }),
      ...(keyFile === undefined ? {} : { keyFile }),
    },
    insecureSkipVerify: text('TELEMETRY_INSECURE_SKIP_VERIFY') === 'true',
  };
}

function readProtocol(text: (name: string) => string | undefined, isGrpcByDefault: boolean): OtlpProtocol {
  const written = text('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? text('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (written !== undefined && protocols.has(written)) return written as OtlpProtocol;
  return isGrpcByDefault ? 'grpc' : 'http/protobuf';
}

/** The Go components take `host:port` and speak gRPC; a URL is taken for OTLP over HTTP, whose traces have a path of their own. */
function goUrl(endpoint: string | undefined, isTls: boolean): string | undefined {
  if (endpoint === undefined) return undefined;
  if (!isHttp(endpoint)) return `${isTls ? 'https' : 'http'}://${endpoint}`;
  const { pathname } = new URL(endpoint);
  return pathname === '/' ? `${endpoint.replace(/\/$/, '')}/v1/traces` : endpoint;
}

function isHttp(endpoint = ''): boolean {
  return /^https?:\/\//.test(endpoint) && URL.canParse(endpoint);
}

function goName({ name, goPrefix }: TracingService, uniqueId: string | undefined): string {
  return goPrefix === undefined || uniqueId === undefined ? name : `${goPrefix}-${uniqueId}`;
}

function readSampler(written: string, argument: number): Pick<TracingSettings, 'ratio' | 'isParentBased'> {
  const isParentBased = written.startsWith('parentbased_');
  const share = Number.isFinite(argument) ? Math.min(Math.max(argument, 0), 1) : 1;
  const ratio = written.endsWith('always_off') ? 0 : written.endsWith('traceidratio') ? share : 1;
  return { ratio, isParentBased };
}
