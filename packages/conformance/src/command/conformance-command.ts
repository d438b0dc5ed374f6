import { readFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { groupNames, type GroupName } from '../kit/check.ts';
import { defaultPodSettings } from '../kit/pod-factory.ts';
import { formatResult, formatSummary } from '../report/format-report.ts';
import type { CheckResult } from '../report/report.ts';
import { defaultSettleSeconds, runConformance, type ConformanceOptions } from '../run-conformance.ts';

/** Where the command writes. */
export interface CommandEdge {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
}

/** Exit codes: the plugin keeps the contract, it breaks it, or the command could not be understood. */
export const exitCodes = { ok: 0, broken: 1, usage: 2 } as const;

interface Flags {
  readonly url: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly image: string;
  readonly namespace: string;
  readonly annotation: Readonly<Record<string, string>>;
  readonly readsAnnotation: readonly string[];
  readonly canaryDirectory: string;
  readonly settle: number;
  readonly only?: readonly GroupName[];
  readonly json?: boolean;
}

const examples = `
Examples:
  interlink-conformance --url http://127.0.0.1:4000
  interlink-conformance --url unix:///run/plugin.sock --only ping status logs
  interlink-conformance --url https://plugin:4000 --token-file token --json > report.json
  interlink-conformance --url http://127.0.0.1:4000 --settle 600 \\
      --image docker://busybox --annotation slurm-job.vk.io/flags="-t 5"

The pods that it creates are deleted again. It ends with 0 when the plugin keeps
the contract, with 1 when it does not, with 2 when an option is wrong.`;

/** Runs the command with the arguments after its name, and gives the exit code. */
export async function runCommand(args: readonly string[], edge: CommandEdge, signal?: AbortSignal): Promise<number> {
  const program = buildProgram(edge);
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  const flags: Flags = program.opts();
  const token = await readToken(flags.tokenFile).catch(() => undefined);
  if (flags.tokenFile !== undefined && token === undefined) {
    edge.stderr.write(`error: the token file ${flags.tokenFile} cannot be read\n`);
    return exitCodes.usage;
  }
  return check(
    flags,
    {
      ...(token === undefined ? {} : { token: () => Promise.resolve(token) }),
      ...(signal === undefined ? {} : { signal }),
    },
    edge,
  );
}

async function check(
  flags: Flags,
  own: Pick<ConformanceOptions, 'token' | 'signal'>,
  edge: CommandEdge,
): Promise<number> {
  const report = await runConformance({
    ...own,
    url: flags.url,
    settleSeconds: flags.settle,
    pods: {
      image: flags.image,
      namespace: flags.namespace,
      annotations: flags.annotation,
      readAnnotations: flags.readsAnnotation,
      canaryDirectory: flags.canaryDirectory,
    },
    ...(flags.caFile === undefined ? {} : { caFile: flags.caFile }),
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.json === true ? {} : { onResult: printer(edge) }),
  });
  const text = flags.json === true ? JSON.stringify(report, undefined, 2) : `\n${formatSummary(report)}`;
  edge.stdout.write(`${text}\n`);
  return report.failed === 0 ? exitCodes.ok : exitCodes.broken;
}

/** Writes each result as it comes, under the name of its group. */
function printer(edge: CommandEdge): (result: CheckResult) => void {
  let group: GroupName | undefined;
  return (result) => {
    if (result.group !== group) edge.stdout.write(`${group === undefined ? '' : '\n'}${result.group}\n`);
    group = result.group;
    edge.stdout.write(`${formatResult(result, { colours: edge.stdout.isTTY === true })}\n`);
  };
}

function buildProgram(edge: CommandEdge): Command {
  return new Command('interlink-conformance')
    .description('Checks a plugin against the interLink plugin contract.')
    .requiredOption('-u, --url <url>', 'the plugin: http://host:port, https://host:port or unix:///path', parseUrl)
    .option('--token-file <file>', 'file with the bearer token that the plugin asks for')
    .option('--ca-file <file>', 'certificate authorities of an https URL, PEM')
    .option('--image <image>', 'image of the test pods; it must hold /bin/sh, sleep and cat', defaultPodSettings.image)
    .option('--namespace <name>', 'namespace of the test pods', defaultPodSettings.namespace)
    .option('--annotation <key=value>', 'annotation of the test pods; may be given again', parseAnnotation, {})
    .option('--reads-annotation <key...>', 'annotations that the plugin reads, to try injection with', [])
    .option(
      '--canary-directory <path>',
      'where files may be looked for that an injection made; best one that the machines of the backend share',
      defaultPodSettings.canaryDirectory,
    )
    .option('--settle <seconds>', 'how long one step of a pod’s life may take', parseSeconds, defaultSettleSeconds)
    .addOption(new Option('--only <group...>', 'these groups only').choices(groupNames))
    .option('--json', 'the report as JSON')
    .addHelpText('after', examples)
    .configureOutput({
      writeOut: (text) => void edge.stdout.write(text),
      writeErr: (text) => void edge.stderr.write(text),
    })
    .exitOverride();
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
}

function parseUrl(text: string): string {
  if (/^unix:\/\/\//.test(text) || (/^https?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new InvalidArgumentError('It must begin with http://, https:// or unix:///.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds.');
}

function parseAnnotation(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be key=value.');
  return { ...before, [key]: value };
}
