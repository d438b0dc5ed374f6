import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureControlPlaneBinaries } from '../binaries/ensure-control-plane-binaries.ts';
import { defaultRelease } from '../binaries/kubernetes-release.ts';
import { startControlPlane } from '../control-plane/start-control-plane.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { ensureSuiteImages } from './ensure-suite-images.ts';
import { ensureSuitePrograms } from './ensure-suite-programs.ts';
import type { SpecResult } from './read-suite-report.ts';
import { runSuite } from './run-suite.ts';
import { startSuiteNode } from './start-suite-node.ts';
import { waitForNode } from './wait-for-node.ts';

/** What is run against which cluster. */
export interface JudgeOptions extends Omit<EnsureOptions, 'userId'> {
  readonly focus?: string | undefined;
  readonly skip?: string | undefined;
  readonly processes?: number | undefined;
  /** A cluster of yours, with a node that takes pods without tolerations. Default: a control plane and a node that are started for the run. */
  readonly kubeconfigFile?: string | undefined;
  /** Default: a new temporary directory. */
  readonly outputDirectory?: string | undefined;
}

/**
 * Judges a virtual node by Kubernetes' own end-to-end tests. Without a cluster of yours all that is needed is started, and gone afterwards;
 * the tests are built first where they are not in the cache.
 */
export async function judgeBySuite(options: JudgeOptions): Promise<readonly SpecResult[]> {
  const { progress, signal, environment } = options;
  const programs = await ensureSuitePrograms(options);
  const outputDirectory = options.outputDirectory ?? (await mkdtemp(join(tmpdir(), 'interlink-conformance-')));
  progress?.say(`logs are in ${outputDirectory}`);
  const { focus, skip, processes, kubeconfigFile } = options;
  const run = { programs, focus, skip, processes, outputDirectory, progress, environment, signal };
  if (kubeconfigFile !== undefined) return await runSuite({ ...run, kubeconfigFile });
  const images = await ensureSuiteImages(programs, options);
  // The suite is of the default release, whatever the other tests run against.
  const binaries = await ensureControlPlaneBinaries({ progress, signal, environment, release: defaultRelease });
  await using plane = await startControlPlane({ binaries, progress, signal });
  await using node = await startSuiteNode({ ...options, kubeconfigFile: plane.kubeconfigFile, images });
  await waitForNode(plane, node.name, signal);
  return await runSuite({ ...run, kubeconfigFile: plane.kubeconfigFile });
}
