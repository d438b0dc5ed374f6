import { createInterLinkApi } from '@interlink/api-server';
import { createLogger } from '@interlink/runtime';
import type { Progress } from '@interlink/testbed';
import type { BackendName } from '../backend/backend.ts';
import { completePod } from '../pod/complete-pod.ts';
import { readPodFile } from '../pod/read-pod-file.ts';
import { hasSeveralContainers, runPod } from '../pod/run-pod.ts';
import { prefixLines, type LinePrefixer } from '../print/prefix-lines.ts';
import { createPrinter, type Printer } from '../print/printer.ts';
import { withPlugin } from './with-plugin.ts';

/** Command line of `interlink run`. */
export interface RunFlags {
  readonly plugin?: string;
  readonly backend?: BackendName;
  readonly verbose?: boolean;
}

const interrupted = 130;

function createLogPrinter(withNames: boolean): { print(container: string, chunk: Uint8Array): void; end(): void } {
  const prefixers = new Map<string, LinePrefixer>();
  return {
    print(container, chunk) {
      if (!withNames) return void process.stdout.write(chunk);
      const known =
        prefixers.get(container) ?? prefixLines(`${container} | `, (line) => void process.stdout.write(line));
      prefixers.set(container, known);
      known.write(chunk);
    },
    end: () => prefixers.forEach((prefixer) => prefixer.end()),
  };
}

/** Progress as plain lines, for standard error. */
function linesTo(news: Printer): Progress {
  const say = (text: string): void => news.line(text, 'quiet');
  const begin: Progress['begin'] = (title, usually) => {
    say(`${title} (usually ${usually})`);
    return { update: () => undefined, end: () => undefined };
  };
  return { say, begin };
}

/**
 * Hands a pod of a file straight to a plugin, without a cluster. Logs go to standard output, everything else to standard error.
 *
 * @returns the pod's exit code; 130 when it was interrupted.
 */
export async function run(file: string, flags: RunFlags, signal: AbortSignal): Promise<number> {
  const { pod, configMaps, secrets } = await readPodFile(file);
  const logger = createLogger({ name: 'interlink', level: flags.verbose === true ? 'debug' : 'error' });
  const news = createPrinter(process.stderr);
  const complete = completePod(pod);
  const logs = createLogPrinter(hasSeveralContainers(complete));
  const progress = linesTo(news);
  return withPlugin(
    { url: flags.plugin, backend: flags.backend ?? 'process', progress, logger, signal },
    async (plugin) => {
      await using api = createInterLinkApi(plugin, { logger });
      try {
        return await runPod({
          api,
          request: { pod: complete, configmaps: configMaps, secrets },
          onLog: (container, chunk) => logs.print(container, chunk),
          onNews: (text) => news.line(text, 'quiet'),
          signal,
        });
      } catch (error) {
        if (signal.aborted) return interrupted;
        throw error;
      } finally {
        logs.end();
      }
    },
  );
}
