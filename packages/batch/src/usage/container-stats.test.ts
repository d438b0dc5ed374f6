import { describe, expect, it } from 'vitest';
import { containerStats } from './container-stats.ts';
import { sumStats } from './sum-stats.ts';

const run = { name: 'main', startedAt: 1_800_000_000, restartCount: 0 };
const time = '2027-01-15T08:00:05.000Z';
const measurement = { atMilliseconds: 5000, time, cpuNanoseconds: 3e9, residentBytes: 2000, anonymousBytes: 1000 };

describe('containerStats', () => {
  it('knows no rate at first', () => {
    expect(containerStats(run, measurement)).toEqual({
      stats: {
        name: 'main',
        startTime: '2027-01-15T08:00:00.000Z',
        cpu: { time, usageCoreNanoSeconds: 3e9 },
        memory: { time, workingSetBytes: 2000, rssBytes: 1000 },
      },
      measured: { atMilliseconds: 5000, cpuNanoseconds: 3e9 },
    });
  });

  it('gives the mean rate since the last measurement', () => {
    const { stats } = containerStats(run, measurement, { atMilliseconds: 1000, cpuNanoseconds: 1e9 });
    expect(stats.cpu?.usageNanoCores).toBe(500_000_000);
  });

  it('does not let the time fall when processes have ended for which nobody waited', () => {
    const { stats, measured } = containerStats(run, measurement, { atMilliseconds: 4000, cpuNanoseconds: 4e9 });
    expect(stats.cpu).toMatchObject({ usageNanoCores: 0, usageCoreNanoSeconds: 4e9 });
    expect(measured.cpuNanoseconds).toBe(4e9);
  });

  it('has no figures of a container without a process', () => {
    const { stats } = containerStats(run, { ...measurement, residentBytes: 0 });
    expect(stats).toEqual({ name: 'main', startTime: '2027-01-15T08:00:00.000Z' });
  });
});

describe('sumStats', () => {
  const { stats } = containerStats(run, measurement);
  const { stats: later } = containerStats(run, measurement, { atMilliseconds: 1000, cpuNanoseconds: 1e9 });

  it('adds what all containers have, and the time of those that have ended', () => {
    expect(sumStats([later, later], 1e9)).toEqual({
      cpu: { time, usageNanoCores: 1e9, usageCoreNanoSeconds: 7e9 },
      memory: { time, workingSetBytes: 4000, rssBytes: 2000 },
    });
  });

  it('leaves out what one of them lacks', () => {
    expect(sumStats([stats, later], 0).cpu).toEqual({ time, usageCoreNanoSeconds: 6e9 });
    expect(sumStats([later, { name: 'other', startTime: time }], 0)).toEqual({});
  });
});
