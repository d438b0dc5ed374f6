import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeConformance, type TestTarget } from '@interlink/conformance';
import { ensureTestImages, slurmSupport, startSlurm, type SlurmCluster, type SlurmKind } from '@interlink/testbed';
import { slurmAnnotations } from '../src/submit/annotations.ts';
import { configFor, newWorkDirectory, startPlugin } from './slurm-world.ts';

const settleSeconds = 120;
const startMilliseconds = 600_000;
const concurrent = { describe: describe.concurrent, it };

/** A cluster, and an image that its jobs can use. */
interface Site {
  readonly cluster: SlurmCluster;
  readonly image: string;
  /** See `images.paths`. */
  readonly imagePaths: readonly string[];
}

async function startSite(kind: SlurmKind): Promise<Site> {
  if (kind === 'host')
    return { cluster: await startSlurm({ kind, cpusPerNode: 64 }), image: 'busybox', imagePaths: [] };
  const { directory, images } = await ensureTestImages();
  const cluster = await startSlurm({ kind, cpusPerNode: 64, sharedDirectories: [directory] });
  return { cluster, image: images.busybox.sif, imagePaths: [directory] };
}

/** A plugin with a work directory of its own; `restart` makes the next one on what the last one left. */
async function openTarget({ cluster, image, imagePaths }: Site): Promise<TestTarget> {
  const directory = await newWorkDirectory(cluster);
  const config = configFor(cluster, directory.path, { images: { paths: [...imagePaths] } });
  let plugin = await startPlugin(config);
  return {
    plugin,
    // Annotations whose values are shell text by their nature are refused by default; they are tried all the same.
    pods: { image, canaryDirectory: cluster.workDirectory, readAnnotations: Object.values(slurmAnnotations) },
    restart: async () => {
      await plugin[Symbol.asyncDispose]();
      plugin = await startPlugin(config);
      return { plugin };
    },
    [Symbol.asyncDispose]: async () => {
      await plugin[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`the contract on ${support.reason}`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await startSite(kind);
    }, startMilliseconds);
    afterAll(() => site.cluster[Symbol.asyncDispose]());
    describeConformance(concurrent, { settleSeconds, factory: () => openTarget(site) });
  });
}
