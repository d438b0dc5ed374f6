import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aborted, ConfigError, createLogger } from '@interlink/runtime';
import { createProgress } from '@interlink/testbed';
import type { BackendName } from '../backend/backend.ts';
import { makePodDirectory } from '../backend/pod-directory.ts';
import { withLab, type Lab } from '../lab/with-lab.ts';
import { followPod } from '../pod/follow-pod.ts';
import { readPodFile } from '../pod/read-pod-file.ts';
import { createPrinter, type Printer } from '../print/printer.ts';

/** Command line of `interlink quickstart`. */
export interface QuickstartFlags {
  readonly pod?: string;
  readonly keep?: boolean;
  readonly verbose?: boolean;
  readonly backend?: BackendName;
}

const interrupted = 130;

const examplePod = fileURLToPath(new URL('../../examples/hello.yaml', import.meta.url));

async function apply(lab: Lab, file: string, signal: AbortSignal): Promise<void> {
  const args = ['--kubeconfig', lab.kubeconfigFile, 'apply', '-f', file];
  await promisify(execFile)(lab.kubectl, args, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new ConfigError(`${file}: kubectl apply failed: ${said}`, { cause: error });
  });
}

function tellHowToUse(lab: Lab, printer: Printer): void {
  printer.line('The lab keeps running until you press Ctrl-C. In another terminal:', 'heading');
  printer.line(`  export KUBECONFIG=${lab.kubeconfigFile}`);
  printer.line(`  ${lab.kubectl} get pods --all-namespaces`);
}

async function runPod(lab: Lab, file: string, options: { printer: Printer; signal: AbortSignal }): Promise<boolean> {
  const { printer, signal } = options;
  const { pod } = await readPodFile(file);
  const { name = '', namespace = 'default' } = pod.metadata ?? {};
  await apply(lab, file, signal);
  printer.line(`pod ${namespace}/${name} is applied; this is what happens to it:`, 'heading');
  if ((pod.spec?.restartPolicy ?? 'Always') === 'Always')
    printer.line('its restartPolicy is Always, so it goes on until you press Ctrl-C', 'warning');
  const ended = await followPod({ client: lab.client, namespace, name, printer, signal });
  const succeeded = ended.status?.phase === 'Succeeded';
  printer.line(
    succeeded
      ? `pod ${name} succeeded`
      : `pod ${name} failed: ${ended.status?.message ?? ended.status?.reason ?? 'see its containers above'}`,
    succeeded ? 'good' : 'bad',
  );
  return succeeded;
}

/**
 * A control plane, the whole chain, and a pod that runs through it.
 *
 * @returns the exit code: 0 when the pod succeeded, 130 when it was interrupted before its end.
 */
export async function quickstart(flags: QuickstartFlags, signal: AbortSignal): Promise<number> {
  const printer = createPrinter();
  const file = flags.pod ?? examplePod;
  await readPodFile(file);
  const { backend = 'process' } = flags;
  const directory = await mkdtemp(join(tmpdir(), 'interlink-quickstart-'));
  const podDirectory = await makePodDirectory(backend, 'quickstart-pods');
  const logger = createLogger({ name: 'interlink', level: flags.verbose === true ? 'debug' : 'error' });
  try {
    const options = { directory, backend, podDirectory, progress: createProgress(), logger, signal };
    return await withLab(options, async (lab) => {
      const succeeded = await runPod(lab, file, { printer, signal });
      if (flags.keep === true) {
        tellHowToUse(lab, printer);
        await aborted(signal);
      }
      return succeeded ? 0 : 1;
    });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return interrupted;
    throw error;
  } finally {
    await rm(podDirectory, { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
    printer.line('everything that was started here has ended and its files are removed', 'quiet');
  }
}
