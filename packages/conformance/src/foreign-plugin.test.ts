import { describe, expect, it } from 'vitest';
import { runConformance } from './run-conformance.ts';
import { startOldPlugin } from './testing/old-plugin-server.ts';

describe('a plugin of the old kind, without announcement', () => {
  it('is checked against the looser contract, and the report says what was not', async () => {
    await using server = await startOldPlugin();
    const report = await runConformance({
      url: server.url,
      settleSeconds: 20,
      only: ['ping', 'create', 'idempotence', 'status', 'delete', 'features', 'list', 'events', 'restart'],
    });
    expect(report.results.filter((result) => result.outcome === 'failed')).toEqual([]);
    expect(report).toMatchObject({ isForeign: true, features: [], target: server.url });
    const reasons = report.results
      .filter((result) => result.outcome === 'not-applicable')
      .map((result) => `${result.group}: ${result.message}`);
    expect(reasons).toContain('idempotence: foreign plugin: the old contract does not say what a second create does');
    expect(reasons).toContain('features: foreign plugin: the old contract has no features');
    expect(reasons).toContain('events: the plugin does not announce "events"');
  });

  it('fails when it takes an unknown pod for one that ended', async () => {
    await using server = await startOldPlugin({ inventsStatus: true });
    const report = await runConformance({ url: server.url, settleSeconds: 4, only: ['status'] });
    const failed = report.results.filter((result) => result.outcome === 'failed').map((result) => result.name);
    expect(failed).toContain('says of an unknown pod that it is gone, its containers waiting and never terminated');
  });

  it('fails when a bad body ends its process', async () => {
    await using server = await startOldPlugin({ diesOfBadJson: true });
    const report = await runConformance({ url: server.url, settleSeconds: 4, only: ['bad-input'] });
    const [first] = report.results;
    expect(first).toMatchObject({
      name: 'refuses malformed JSON on /create, naming the field, and lives on',
      outcome: 'failed',
    });
  });
});
