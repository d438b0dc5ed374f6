import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSuitePrograms, judgeBySuite, silentProgress, slurmSupport } from '@interlink/testbed';
import { describe, expect, it } from 'vitest';

const minutes = 60_000;
/** Some of each kind that end in a few seconds. */
const quick = [
  'Containers should be able to override',
  'Containers should use the image defaults',
  'Downward API should provide (pod name|host IP|container)',
  'InitContainer .* on a RestartNever pod',
  'Secrets should be consumable',
  'Security Context .*(RunAsUser|uid 65534)',
  'Kubelet when scheduling (a busybox command|an agnhost Pod)',
  'Pods should (be updated|delete a collection|contain environment|support remote command)',
  'Variable Expansion should (allow|succeed)',
];

async function missing(): Promise<string | undefined> {
  const { available, reason } = await slurmSupport('debian-13');
  if (!available) return reason.replace('Slurm', 'Apptainer');
  if (await findSuitePrograms()) return undefined;
  return 'the end-to-end tests of Kubernetes are not built: npm run conformance:kubernetes -- --prepare';
}

const lacks = await missing();

describe.skipIf(lacks !== undefined)(lacks ?? 'Kubernetes’ own tests of a node', () => {
  it(
    'pass where they take seconds',
    async () => {
      const outputDirectory = await mkdtemp(join(tmpdir(), 'interlink-conformance-'));
      try {
        const focus = String.raw`\[sig-node\] (${quick.join('|')}).*\[Conformance\]`;
        const results = await judgeBySuite({ focus, outputDirectory, progress: silentProgress });
        expect(results.filter(({ passed }) => !passed)).toEqual([]);
        expect(results.length).toBeGreaterThanOrEqual(25);
      } finally {
        await rm(outputDirectory, { recursive: true, force: true });
      }
    },
    10 * minutes,
  );
});
