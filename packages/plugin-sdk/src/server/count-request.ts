import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger, Metrics } from '@interlink/runtime';

/** Counts and times a request once its answer is out, or its client gone. The logger is asked for then: it knows the caller. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply, logger: () => Logger) => void;

const nanosecondsPerMillisecond = 1_000_000n;
const millisecondsPerSecond = 1000;
const switchingProtocols = 101;

/** A {@link CountRequest} that writes to the registry. */
export function countRequest(metrics: Metrics): CountRequest {
  const total = metrics.counter('interlink_http_requests_total', 'Requests answered.', ['route', 'status']);
  const seconds = metrics.histogram('interlink_http_request_seconds', 'Time until a request was answered.', ['route']);
  return (request, reply, logger) => {
    const started = process.hrtime.bigint();
    reply.raw.once('close', () => {
      const milliseconds = Number((process.hrtime.bigint() - started) / nanosecondsPerMillisecond);
      // The path of an unknown route would let anyone fill the registry.
      const route = request.routeOptions.url ?? 'unknown';
      const status =
        reply.raw.writableFinished || reply.raw.statusCode === switchingProtocols
          ? String(reply.raw.statusCode)
          : 'aborted';
      total.inc({ route, status });
      seconds.observe({ route }, milliseconds / millisecondsPerSecond);
      logger().debug({ status, milliseconds }, 'request done');
    });
  };
}
