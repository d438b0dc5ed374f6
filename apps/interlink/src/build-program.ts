import { packageVersion, runProcess } from '@interlink/runtime';
import { Command, Option } from 'commander';
import { backendNames } from './backend/backend.ts';
import { untilOutputCloses } from './print/until-output-closes.ts';

type Run = (signal: AbortSignal) => Promise<number>;

// Commands are imported when they run: `explain` needs no control plane.
const start = (run: Run): Promise<void> =>
  runProcess({ name: 'interlink', run: ({ signal }) => untilOutputCloses(signal, run) });

const examples = (...lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  interlink ${line}`)].join('\n');

function backendOption(description: string): Option {
  return new Option('--backend <name>', description).choices(backendNames);
}

const runsPods =
  'what runs the pods: process, or the jobs of a Slurm, this machine’s or one started for it (default: process)';

function addQuickstart(program: Command): void {
  program
    .command('quickstart')
    .description('a Kubernetes control plane and the whole chain on this machine, and a pod that runs through it')
    .option('--pod <file>', 'your own pod instead of the example')
    .addOption(backendOption(runsPods))
    .option('--keep', 'keep everything running after the pod has ended, until Ctrl-C')
    .option('--verbose', 'show the logs of the components')
    .addHelpText('after', examples('quickstart', 'quickstart --backend slurm', 'quickstart --pod my-pod.yaml --keep'))
    .action((flags: object) =>
      start(async (signal) => (await import('./commands/quickstart.ts')).quickstart(flags, signal)),
    );
}

function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('the same, kept running in the background')
    .addHelpText('after', examples('lab up', 'lab status', 'lab down'));
  lab
    .command('up')
    .description('start it and print how to reach it')
    .addOption(backendOption(runsPods))
    .action((flags: object) => start(async (signal) => (await import('./commands/lab.ts')).labUp(flags, signal)));
  lab
    .command('down')
    .description('stop it and remove everything of it')
    .action(() => start(async (signal) => (await import('./commands/lab.ts')).labDown(signal)));
  lab
    .command('status')
    .description('whether it runs')
    .action(() => start(async () => (await import('./commands/lab.ts')).labStatus()));
  lab
    .command('serve <directory>', { hidden: true })
    .addOption(backendOption(runsPods))
    .action((directory: string, flags: object) =>
      start(async (signal) => (await import('./commands/lab.ts')).labServe(directory, flags, signal)),
    );
}

function addRun(program: Command): void {
  program
    .command('run <file>')
    .description('run a pod without a cluster: its logs on standard output, its exit code as our own')
    .option('--plugin <url>', 'the plugin that runs it (default: one for the backend, in this process)')
    .addOption(backendOption(runsPods))
    .option('--verbose', 'show what the components log')
    .addHelpText(
      'after',
      examples('run pod.yaml', 'run pod.yaml --backend slurm', 'run pod.yaml --plugin unix:///run/slurm-plugin.sock'),
    )
    .action((file: string, flags: object) =>
      start(async (signal) => (await import('./commands/run.ts')).run(file, flags, signal)),
    );
}

function addExplain(program: Command): void {
  program
    .command('explain <file>')
    .description('what becomes of each field of a pod, and the job that would be submitted')
    .addOption(backendOption('whose plugin is asked: process or slurm (default: process)'))
    .option('-c, --config <file>', 'configuration of that plugin')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('explain pod.yaml', 'explain pod.yaml --backend slurm', 'explain pod.yaml --json'))
    .action((file: string, flags: object) =>
      start(async () => (await import('./commands/explain.ts')).explain(file, flags)),
    );
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('walk from the cluster to the scheduler and name the broken hop')
    .option('--kubeconfig <file>', 'the cluster (default: as kubectl finds it)')
    .option('--node <name>', 'the virtual node (default: the first one)')
    .option('--api <url>', 'the interLink API server, asked directly')
    .option('--plugin <url>', 'the plugin, asked directly')
    .addOption(backendOption('slurm: also the Slurm that a plugin on this machine would use'))
    .option('-c, --config <file>', 'configuration of that plugin')
    .addHelpText(
      'after',
      examples(
        'doctor --kubeconfig ~/.kube/config',
        'doctor --backend slurm',
        'doctor --api unix:///run/interlink.sock --plugin http://127.0.0.1:4000',
      ),
    )
    .action((flags: object) => start(async () => (await import('./commands/doctor.ts')).doctor(flags)));
}

/** The command line of `interlink`. */
export function buildProgram(): Command {
  const program = new Command('interlink')
    .description('interLink on this machine: try it, run a pod, understand it, find what is broken.')
    .version(packageVersion(import.meta.url));
  for (const add of [addQuickstart, addLab, addRun, addExplain, addDoctor]) add(program);
  return program;
}
