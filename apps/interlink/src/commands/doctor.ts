import { createKubeClient } from '@interlink/kube';
import { createRemoteInterLink, createRemotePlugin } from '@interlink/plugin-sdk';
import { loadSlurmConfig } from '@interlink/plugin-slurm';
import { silentLogger } from '@interlink/runtime';
import type { BackendName } from '../backend/backend.ts';
import { checkHop, type Finding, type HopCheck } from '../doctor/check-hop.ts';
import { clusterChecks, virtualNodeNames } from '../doctor/cluster-checks.ts';
import { apiCheck, pluginCheck, schedulerCheck } from '../doctor/plugin-checks.ts';
import { slurmChecks } from '../doctor/slurm-checks.ts';
import { createPrinter, type Printer, type Tone } from '../print/printer.ts';

/** Command line of `interlink doctor`. */
export interface DoctorFlags {
  readonly kubeconfig?: string;
  readonly node?: string;
  readonly api?: string;
  readonly plugin?: string;
  /** Also look at the scheduler of this machine that a plugin of this backend would use. */
  readonly backend?: BackendName;
  /** Configuration of that plugin. */
  readonly config?: string;
}

const marks: Record<Finding['verdict'], { mark: string; tone: Tone }> = {
  well: { mark: 'ok    ', tone: 'good' },
  broken: { mark: 'BROKEN', tone: 'bad' },
  unasked: { mark: '-     ', tone: 'quiet' },
};
const hopWidth = 16;

async function lookAtAll(checks: readonly HopCheck[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) findings.push(await checkHop(check));
  return findings;
}

async function lookAtCluster(flags: DoctorFlags): Promise<readonly Finding[]> {
  const others = [flags.api, flags.plugin, flags.backend];
  if (flags.kubeconfig === undefined && others.some((other) => other !== undefined)) {
    return [{ hop: 'cluster', verdict: 'unasked', seen: 'name it with --kubeconfig' }];
  }
  const file = flags.kubeconfig === undefined ? {} : { kubeconfigFile: flags.kubeconfig };
  await using client = await createKubeClient({ ...file, logger: silentLogger });
  const found = flags.node === undefined ? await virtualNodeNames(client).catch(() => []) : [flags.node];
  return await lookAtAll(clusterChecks(client, found[0]));
}

async function lookAtApi(url: string | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [{ hop: 'API server', verdict: 'unasked', seen: 'name it with --api URL' }];
  await using api = createRemoteInterLink({ url, logger: silentLogger });
  return await lookAtAll([apiCheck(api, url), schedulerCheck(() => api.ping())]);
}

async function lookAtPlugin(url: string | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [{ hop: 'plugin', verdict: 'unasked', seen: 'name it with --plugin URL' }];
  await using plugin = createRemotePlugin({ url, logger: silentLogger });
  return await lookAtAll([pluginCheck(plugin, url), schedulerCheck(() => plugin.ping())]);
}

async function lookAtBackend({ backend, config: file }: DoctorFlags): Promise<readonly Finding[]> {
  if (backend !== 'slurm') return [];
  const { config } = await loadSlurmConfig(file === undefined ? {} : { file });
  return await lookAtAll(slurmChecks(config));
}

function print(findings: readonly Finding[], printer: Printer): void {
  for (const { hop, verdict, seen, advice } of findings) {
    const { mark, tone } = marks[verdict];
    printer.line(`${printer.paint(mark, tone)}  ${hop.padEnd(hopWidth)}  ${seen}`);
    if (advice !== undefined) printer.line(`${' '.repeat(hopWidth + 10)}-> ${advice}`, 'warning');
  }
}

/**
 * Walks from the cluster to the scheduler and names the broken hop.
 *
 * @returns 0 when every hop that was looked at is well, else 1.
 */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const printer = createPrinter();
  const findings = [
    ...(await lookAtCluster(flags)),
    ...(await lookAtApi(flags.api)),
    ...(await lookAtPlugin(flags.plugin)),
    ...(await lookAtBackend(flags)),
  ];
  print(findings, printer);
  const broken = findings.find(({ verdict }) => verdict === 'broken');
  printer.line(
    broken === undefined ? 'no broken hop found' : `the first broken hop is: ${broken.hop}`,
    broken === undefined ? 'good' : 'bad',
  );
  return broken === undefined ? 0 : 1;
}
