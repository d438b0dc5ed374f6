import { describe, expect, it } from 'vitest';
import { formatSuiteReport } from './format-suite-report.ts';
import { groupSpecs, matchNames } from './group-specs.ts';
import { readSuiteReport } from './read-suite-report.ts';

/** As ginkgo 2.28.1 writes it with --json-report, without the keys that are not read. */
const report = JSON.stringify([
  {
    SpecReports: [
      { LeafNodeType: 'BeforeSuite', LeafNodeText: '', State: 'passed', RunTime: 1 },
      {
        LeafNodeType: 'It',
        ContainerHierarchyTexts: ['[sig-node] Pods'],
        LeafNodeText: 'should b [NodeConformance] [Conformance]',
        State: 'failed',
        RunTime: 2_500_000_000,
        Failure: { Message: 'first | line\nsecond' },
      },
      { LeafNodeType: 'It', ContainerHierarchyTexts: null, LeafNodeText: 'a', State: 'passed', RunTime: 1e9 },
      { LeafNodeType: 'It', ContainerHierarchyTexts: null, LeafNodeText: 'c', State: 'skipped', RunTime: 0 },
    ],
  },
]);

describe('a report of the suite', () => {
  it('is read as the specs that ran, by name', () => {
    expect(readSuiteReport(report)).toEqual([
      {
        name: '[sig-node] Pods should b [NodeConformance] [Conformance]',
        passed: false,
        seconds: 2.5,
        message: 'first | line\nsecond',
      },
      { name: 'a', passed: true, seconds: 1 },
    ]);
  });

  it('becomes a page with every spec, and the suite’s words where no reason is known', () => {
    const page = formatSuiteReport(readSuiteReport(report));
    expect(page).toContain('**1 of 2 pass.**');
    expect(page).toContain('| Pods should b | failed | Not known. The suite says: first   line |');
    expect(page).toContain('| a | passed |  |');
  });
});

describe('specs', () => {
  it('are run alone where they share ports or disturb the node', () => {
    const names = [
      'Pods should x',
      'PreStop should y',
      'Taints [Serial] z',
      'Probing container with a /healthz http x',
    ];
    expect(groupSpecs(names)).toEqual({
      parallel: ['Pods should x'],
      listening: ['PreStop should y', 'Probing container with a /healthz http x'],
      disruptive: ['Taints [Serial] z'],
    });
  });

  it('are named so that no other is meant', () => {
    expect(matchNames(['a [b] (c).', 'd|e'])).toBe(String.raw`a \[b\] \(c\)\.|d\|e`);
  });
});
