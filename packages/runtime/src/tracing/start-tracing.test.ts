import { describe, expect, it } from 'vitest';
import { createLogger } from '../log/logger.ts';
import { inSpan, traceFields, traceHeaders } from './in-span.ts';
import { startTracing } from './start-tracing.ts';

function writingLogger() {
  const lines: string[] = [];
  return { lines, logger: createLogger({ name: 't', destination: { write: (line) => void lines.push(line) } }) };
}

describe('tracing', () => {
  it('that is asked for without its packages says how to get them, and the process works on', async () => {
    const { lines, logger } = writingLogger();
    const environment = { ENABLE_TRACING: '1', TELEMETRY_ENDPOINT: 'tempo:4317' };
    await using _tracing = await startTracing({ service: { name: 'x' }, environment, logger });
    expect(lines.join('')).toMatch(/npm install .*@opentelemetry\/exporter-trace-otlp-grpc/);
    await expect(inSpan('work', {}, () => Promise.resolve(3))).resolves.toBe(3);
  });

  it('that nobody asks for adds nothing to requests and log lines', async () => {
    const { lines, logger } = writingLogger();
    await using _tracing = await startTracing({ service: { name: 'x' }, environment: {}, logger });
    await inSpan('work', {}, () => {
      expect(traceHeaders()).toEqual({});
      expect(traceFields()).toEqual({});
      logger.info({}, 'in a span');
      return Promise.resolve();
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('trace_id');
  });
});
