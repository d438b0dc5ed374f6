#!/usr/bin/env node
import { acceptGoFlags, createLogger, packageVersion, runProcess, startTracing } from '@interlink/runtime';
import { defaultConfigFile, loadVirtualKubeletConfig, runVirtualKubelet } from '@interlink/virtual-kubelet';
import { Command } from 'commander';

interface Flags {
  readonly config?: string;
  readonly configpath?: string;
  readonly nodename?: string;
}

const examples = `
Examples:
  interlink-virtual-kubelet --nodename hpc --config /etc/interlink/InterLinkConfig.yaml
  NODENAME=hpc KUBECONFIG=~/.kube/config POD_IP=10.0.0.7 interlink-virtual-kubelet

Keys, flags and environment names are those of the Go virtual kubelet.`;

async function serve(flags: Flags, signal: AbortSignal): Promise<undefined> {
  const { config, warnings } = await loadVirtualKubeletConfig({
    file: flags.config ?? flags.configpath,
    flags: { nodeName: flags.nodename },
  });
  const logger = createLogger({ name: 'interlink-virtual-kubelet', level: config.logLevel });
  for (const warning of warnings) logger.warn({}, warning);
  await using _tracing = await startTracing({
    service: { name: 'interlink-virtual-kubelet', goPrefix: 'VK-InterLink' },
    logger,
  });
  await runVirtualKubelet(config, { logger, signal });
  logger.info({}, 'stopped');
  return undefined;
}

const program = new Command('interlink-virtual-kubelet')
  .description('The interLink virtual kubelet: nodes whose pods run behind interLink API servers.')
  .version(packageVersion(import.meta.url))
  .option('-c, --config <file>', `YAML file (default: $CONFIGPATH, then ${defaultConfigFile})`)
  .option('--configpath <file>', 'the same, by the name that the Go virtual kubelet gives it')
  .option('--nodename <name>', 'name of the node (default: $NODENAME)')
  .addHelpText('after', examples)
  .action((flags: Flags) =>
    runProcess({ name: 'interlink-virtual-kubelet', run: ({ signal }) => serve(flags, signal) }),
  );

await program.parseAsync(acceptGoFlags(process.argv, ['version', 'configpath', 'nodename']));
