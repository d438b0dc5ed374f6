export { certificateLife, splitCertificates } from './certificates/certificate-life.ts';
export { certificatesIn, watchCertificates } from './certificates/watch-certificates.ts';
export { checkConfig, formatConfigPath } from './config/check-config.ts';
export { ConfigError, isConfigError } from './config/config-error.ts';
export { readYamlFile } from './config/read-yaml-file.ts';
export { unknownKeys } from './config/unknown-keys.ts';
export { guardDispatcher } from './http/guard-dispatcher.ts';
export { listenOn } from './http/listen-on.ts';
export { createLogger, silentLogger } from './log/logger.ts';
export { createCallMeter } from './metrics/create-call-meter.ts';
export { mergeMetrics } from './metrics/merge-metrics.ts';
export { createMetrics } from './metrics/metrics.ts';
export { createHealth } from './operations/health.ts';
export { startOperationsServer } from './operations/start-operations-server.ts';
export { acceptGoFlags } from './process/accept-go-flags.ts';
export { packageVersion } from './process/package-version.ts';
export { aborted, exitCodes, runProcess } from './process/run-process.ts';
export { backoffDelayMilliseconds } from './time/backoff.ts';
export { createProfiler, longestProfileSeconds } from './profiling/profiler.ts';
export { defaultProfileSeconds, profilingPaths, profilingRoutes } from './profiling/profiling-routes.ts';
export { pprofSchema, readProfiling } from './profiling/read-profiling.ts';
export { serveProfiles } from './profiling/serve-profiles.ts';
export { systemClock } from './time/clock.ts';
export { createManualClock } from './time/manual-clock.ts';
export { retry } from './time/retry.ts';
export { describeSpan, inRemoteTrace, inSpan, podAttributes, traceHeaders } from './tracing/in-span.ts';
export { startTracing } from './tracing/start-tracing.ts';

export type { CertificateLife, CertificateUse } from './certificates/certificate-life.ts';
export type { CertificateWatchContext, WatchedCertificates } from './certificates/watch-certificates.ts';
export type { KeyShape, UnknownKey } from './config/unknown-keys.ts';
export type { Logger, LoggerOptions, LogLevel } from './log/logger.ts';
export type { TcpAddress } from './http/listen-on.ts';
export type { CallMeter, CallMeterOptions } from './metrics/create-call-meter.ts';
export type { Metrics, MetricsOptions } from './metrics/metrics.ts';
export type { Health, HealthReport, HealthState } from './operations/health.ts';
export type {
  OperationsAnswer,
  OperationsQuestion,
  OperationsRoute,
  OperationsServer,
  OperationsServerOptions,
} from './operations/start-operations-server.ts';
export type { ProcessEdge, ProcessOptions } from './process/run-process.ts';
export type { Profiler } from './profiling/profiler.ts';
export type { ProfilingSettings, ProfilingSource, ReadProfiling } from './profiling/read-profiling.ts';
export type { BackoffOptions } from './time/backoff.ts';
export type { Clock } from './time/clock.ts';
export type { ManualClock } from './time/manual-clock.ts';
export type { RetryOptions } from './time/retry.ts';
export type { SpanDescription } from './tracing/in-span.ts';
export type { TracingOptions } from './tracing/start-tracing.ts';
export type { TracingService } from './tracing/tracing-settings.ts';
