#!/usr/bin/env node
import { defaultConfigFile, loadSlurmConfig, startSlurmServer } from '@interlink/plugin-slurm';
import { withAddress } from '@interlink/plugin-sdk';
import { aborted, acceptGoFlags, createLogger, packageVersion, runProcess, startTracing } from '@interlink/runtime';
import { Command } from 'commander';

interface Flags {
  readonly config?: string;
  readonly SlurmConfigpath?: string;
  readonly address?: string;
  readonly verbose?: boolean;
  readonly errorsonly?: boolean;
}

const examples = `
Examples:
  interlink-slurm
  interlink-slurm --config slurm.yaml
  SLURMCONFIGPATH=/etc/interlink/SlurmConfig.yaml interlink-slurm

A configuration:
  address: unix:///run/interlink/plugin.sock
  workDirectory: /scratch/interlink
  runtime: apptainer
  commandPrefix: module load apptainer
  flags: { default: [--partition=normal] }

A file of the Go Slurm plugin works as it is.`;

async function serve(flags: Flags, signal: AbortSignal): Promise<undefined> {
  const file = flags.config ?? flags.SlurmConfigpath;
  const { config, warnings } = await loadSlurmConfig(file === undefined ? {} : { file });
  const level = flags.verbose === true ? 'debug' : flags.errorsonly === true ? 'error' : config.logLevel;
  const logger = createLogger({ name: 'interlink-slurm', level });
  for (const warning of warnings) logger.warn({}, warning);
  await using _tracing = await startTracing({ service: { name: 'interlink-slurm' }, logger });
  await using server = await startSlurmServer(withAddress(config, flags.address), { logger, signal });
  await aborted(signal);
  logger.info({ address: server.address }, 'stopping; the jobs run on');
  return undefined;
}

const program = new Command('interlink-slurm')
  .description('The interLink plugin that runs each pod as a Slurm job.')
  .version(packageVersion(import.meta.url))
  .option('-c, --config <file>', `YAML file (default: $SLURMCONFIGPATH, then ${defaultConfigFile})`)
  .option('--SlurmConfigpath <file>', 'the same, by the name that the Go plugin gives it')
  .option('--address <url>', 'where to listen, in place of the file')
  .option('--verbose', 'log at level debug')
  .option('--errorsonly', 'log errors only')
  .addHelpText('after', examples)
  .action((flags: Flags) => runProcess({ name: 'interlink-slurm', run: ({ signal }) => serve(flags, signal) }));

await program.parseAsync(acceptGoFlags(process.argv, ['version', 'verbose', 'errorsonly', 'SlurmConfigpath']));
