import { context, propagation, trace } from '@opentelemetry/api';
import type { Logger } from '../log/logger.ts';
import { loadTracingSdk, tracingPackages } from './load-tracing-sdk.ts';
import { readTracingSettings, type TracingService } from './tracing-settings.ts';

/** What {@link startTracing} needs. */
export interface TracingOptions {
  readonly service: TracingService;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly logger: Logger;
}

const longestFlushMilliseconds = 5000;

/**
 * Sends spans by OTLP where the environment asks for it; else nothing is loaded and spans cost nothing. Call it once, in an entrypoint; disposing sends what
 * is left. Tracing that cannot be started is a warning: nobody should be without pods for want of traces.
 */
export async function startTracing({ service, environment, logger }: TracingOptions): Promise<AsyncDisposable> {
  const settings = readTracingSettings(environment ?? process.env, service);
  if (settings === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  try {
    const { provider, contextManager, propagator } = await loadTracingSdk(settings);
    context.setGlobalContextManager(contextManager.enable());
    propagation.setGlobalPropagator(propagator);
    trace.setGlobalTracerProvider(provider);
    logger.info({ protocol: settings.protocol, service: settings.serviceName }, 'tracing started');
    return { [Symbol.asyncDispose]: () => stop(provider, logger) };
  } catch (error) {
    const install = `npm install ${tracingPackages(settings.protocol).join(' ')}`;
    logger.warn(
      { err: error, install },
      'tracing is asked for and cannot be started; it needs packages that are not part of interLink',
    );
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

async function stop(provider: { shutdown(): Promise<void> }, logger: Logger): Promise<void> {
  const enough = new AbortController();
  const bound = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, longestFlushMilliseconds);
    enough.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const sent = provider
    .shutdown()
    .catch((error: unknown) => logger.warn({ err: error }, 'the last spans were not sent'));
  await Promise.race([sent, bound]);
  enough.abort();
  trace.disable();
  context.disable();
  propagation.disable();
}
