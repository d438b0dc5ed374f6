import { describe, expect, it } from 'vitest';
import { mergeMetrics } from './merge-metrics.ts';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  it('of several parts are told together, each name once', async () => {
    const parts = ['a', 'b'].map((node) => createMetrics({ labels: { node } }));
    parts.forEach((metrics, index) => {
      metrics.counter('pods_total', 'Pods.', ['phase']).inc({ phase: 'Running' }, index + 1);
      metrics.histogram('wait_seconds', 'Wait.').observe(0.01);
    });
    const text = await mergeMetrics([createMetrics({ processMetrics: true }), ...parts]);
    expect(text.match(/# TYPE pods_total counter/g)).toHaveLength(1);
    expect(text).toContain('pods_total{phase="Running",node="a"} 1');
    expect(text).toContain('pods_total{phase="Running",node="b"} 2');
    expect(text).toContain('wait_seconds_bucket{le="0.01",node="b"} 1');
    expect(text).toMatch(/nodejs_eventloop_lag_seconds \d/);
  });

  it('may be read when they are asked for', async () => {
    const metrics = createMetrics();
    let depth = 3;
    metrics.observed('queue_depth', 'Keys.', { read: (gauge) => gauge.set(depth) });
    depth = 5;
    expect(await metrics.registry.metrics()).toContain('queue_depth 5');
    metrics.observed('queue_depth', 'Keys.', { read: (gauge) => gauge.set(8) });
    expect(await metrics.registry.metrics()).toContain('queue_depth 8');
  });
});
