import { jobFiles, type BatchJob } from '@interlink/batch';
import { commentPrefix } from '../scheduler/parse-squeue.ts';

/**
 * The arguments of `sbatch` that submit a job; `launcher` is the batch script. That of a shipped job has secrets in it and comes by the
 * standard input; it writes into its own directory, which is not there yet when Slurm opens the output.
 */
export function buildSbatchArguments(job: BatchJob, launcher: string): readonly string[] {
  const output = job.shipment ? '/dev/null' : `${job.directory}/${jobFiles.output}`.replaceAll('%', '%%');
  const hasName = job.options.some((option) => option.startsWith('--job-name='));
  return [
    '--parsable',
    ...(hasName ? [] : [`--job-name=${job.namespace}-${job.name}`]),
    ...job.options,
    `--comment=${commentPrefix}${job.uid}`,
    `--output=${output}`,
    '--open-mode=append',
    '--chdir=/',
    // The programs' environment is empty but for what the site says; NONE would make Slurm run a login shell for each job.
    '--export=ALL',
    '--no-requeue',
    ...(job.shipment ? [] : [launcher, job.directory, ...job.argv]),
  ];
}
