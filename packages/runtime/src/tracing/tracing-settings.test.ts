import { describe, expect, it } from 'vitest';
import { readTracingSettings } from './tracing-settings.ts';

const service = { name: 'interlink-virtual-kubelet', goPrefix: 'VK-InterLink' };
const read = (environment: Record<string, string>) => readTracingSettings(environment, service);

describe('tracing', () => {
  it.each([
    {},
    { ENABLE_TRACING: '0', TELEMETRY_ENDPOINT: 'a:4317' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' },
    { ENABLE_TRACING: '1', OTEL_TRACES_EXPORTER: 'none' },
  ])('is off with %j', (environment) => {
    expect(read(environment)).toBeUndefined();
  });

  it('is what the Go components do with their names', () => {
    const environment = { ENABLE_TRACING: '1', TELEMETRY_ENDPOINT: 'tempo:4317', TELEMETRY_UNIQUE_ID: 'north' };
    expect(read(environment)).toMatchObject({
      protocol: 'grpc',
      url: 'http://tempo:4317',
      serviceName: 'VK-InterLink-north',
      ratio: 1,
    });
  });

  it('takes a URL for OTLP over HTTP', () => {
    const environment = { ENABLE_TRACING: '1', TELEMETRY_ENDPOINT: 'http://tempo:4318' };
    expect(read(environment)).toMatchObject({ protocol: 'http/protobuf', url: 'http://tempo:4318/v1/traces' });
  });

  it('uses TLS with the files that are named', () => {
    const environment = { ENABLE_TRACING: '1', TELEMETRY_ENDPOINT: 'tempo:4317', TELEMETRY_CA_CRT_FILEPATH: '/ca' };
    expect(read(environment)).toMatchObject({ url: 'https://tempo:4317', tls: { caFile: '/ca' } });
  });

  it('leaves the endpoint of OpenTelemetry to the exporter', () => {
    const settings = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318', OTEL_SERVICE_NAME: 'mine' });
    expect(settings).toMatchObject({ protocol: 'http/protobuf', serviceName: 'mine' });
    expect(settings).not.toHaveProperty('url');
  });

  it.each([
    [{}, 1, true],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }, 0.1, true],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'x' }, 1, false],
  ])('samples by %j', (environment, ratio, isParentBased) => {
    expect(read({ OTEL_TRACES_EXPORTER: 'otlp', ...environment })).toMatchObject({ ratio, isParentBased });
  });
});
