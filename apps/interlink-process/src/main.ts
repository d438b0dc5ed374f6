#!/usr/bin/env node
import { startProcessServer } from '@interlink/plugin-process';
import { aborted, createLogger, packageVersion, runProcess, startTracing } from '@interlink/runtime';
import { Command } from 'commander';
import { readConfig } from './read-config.ts';

interface Flags {
  readonly config?: string;
  readonly address?: string;
  readonly verbose?: boolean;
}

const examples = `
Examples:
  interlink-process
  interlink-process --address http://127.0.0.1:4000
  interlink-process --config process.yaml

A configuration:
  address: unix:///run/interlink/plugin.sock
  workDirectory: /var/lib/interlink
  runtime: none`;

async function serve(flags: Flags, signal: AbortSignal): Promise<undefined> {
  const config = await readConfig({ file: flags.config, address: flags.address });
  const logger = createLogger({ name: 'interlink-process', level: flags.verbose === true ? 'debug' : 'info' });
  await using _tracing = await startTracing({ service: { name: 'interlink-process' }, logger });
  await using server = await startProcessServer(config, { logger, signal });
  await aborted(signal);
  logger.info({ address: server.address }, 'stopping; the pods run on');
  return undefined;
}

const program = new Command('interlink-process')
  .description('The interLink plugin that runs the containers of a pod as processes on this machine.')
  .version(packageVersion(import.meta.url))
  .option('-c, --config <file>', 'YAML file (default: built-in values)')
  .option('--address <url>', 'where to listen, in place of the file')
  .option('--verbose', 'log at level debug')
  .addHelpText('after', examples)
  .action((flags: Flags) => runProcess({ name: 'interlink-process', run: ({ signal }) => serve(flags, signal) }));

await program.parseAsync();
