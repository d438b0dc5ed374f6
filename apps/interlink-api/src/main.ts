#!/usr/bin/env node
import { defaultConfigFile, loadApiConfig, startApiServer } from '@interlink/api-server';
import { aborted, acceptGoFlags, createLogger, packageVersion, runProcess, startTracing } from '@interlink/runtime';
import { Command } from 'commander';

interface Flags {
  readonly config?: string;
  readonly interlinkconfigpath?: string;
  readonly verbose?: boolean;
  readonly errorsonly?: boolean;
}

const examples = `
Examples:
  interlink-api --config /etc/interlink/InterLinkConfig.yaml
  INTERLINKURL=unix:///run/interlink.sock SIDECARURL=unix:///run/plugin.sock interlink-api

Keys and environment names are those of the Go API server.`;

async function serve(flags: Flags, signal: AbortSignal): Promise<undefined> {
  const file = flags.config ?? flags.interlinkconfigpath;
  const { config, warnings } = await loadApiConfig(file === undefined ? {} : { file });
  const level = flags.verbose === true ? 'debug' : flags.errorsonly === true ? 'error' : config.logLevel;
  const logger = createLogger({ name: 'interlink-api', level });
  for (const warning of warnings) logger.warn({}, warning);
  await using _tracing = await startTracing({
    service: { name: 'interlink-api', goPrefix: 'InterLink-Plugin' },
    logger,
  });
  await using server = await startApiServer(config, { logger, signal });
  await aborted(signal);
  logger.info({ address: server.address }, 'stopping');
  return undefined;
}

const program = new Command('interlink-api')
  .description('The interLink API server: between the virtual kubelets and one plugin.')
  .version(packageVersion(import.meta.url))
  .option('-c, --config <file>', `YAML file (default: $INTERLINKCONFIGPATH, then ${defaultConfigFile})`)
  .option('--interlinkconfigpath <file>', 'the same, by the name that the Go API server gives it')
  .option('--verbose', 'log at level debug')
  .option('--errorsonly', 'log errors only')
  .addHelpText('after', examples)
  .action((flags: Flags) => runProcess({ name: 'interlink-api', run: ({ signal }) => serve(flags, signal) }));

await program.parseAsync(acceptGoFlags(process.argv, ['version', 'verbose', 'errorsonly', 'interlinkconfigpath']));
