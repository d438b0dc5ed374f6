import { BackendError, UnavailableError, type InterLinkError } from '@interlink/spec';

const resources = 'pod.spec.containers[].resources';
const flags = 'pod.metadata.annotations[slurm-job.vk.io/flags]';

/** What `sbatch` says no for, and where the author of a pod finds what is at fault. The site's own flags may be at fault as well. */
const fields: readonly (readonly [words: string, field: string])[] = [
  ['Requested node configuration is not available', resources],
  ['Invalid generic resource \\(gres\\) specification', resources],
  ['Invalid partition name specified', flags],
  ['Required partition not available', flags],
  ['Invalid account or account/partition combination', flags],
  ['Invalid qos specification', flags],
  ['Invalid feature specification', flags],
  ['Invalid node name specified', flags],
  ['Invalid license specification', flags],
  ['Requested reservation is invalid', flags],
  ['Requested time limit is invalid', flags],
  ['Job dependency problem', flags],
  ['Job violates accounting/QOS policy', resources],
  ['Invalid --[a-z-]+ specification', flags],
  ['is not a valid node count', flags],
  ['unrecognized --[a-z-]+ argument', flags],
  ['Invalid numeric value', flags],
];

/** The user has as many jobs as he may have: there is room again once some have ended. */
const tooManyJobs = /\b(?:Assoc|QOS)(?:Max|Grp)SubmitJobs?(?:PerUser|PerAccount)?Limit\b/;

/** The error for a job that Slurm does not take, naming the field to look at; undefined for words that are not known. */
export function refusal(
  text: string,
  message: string,
  details: Readonly<Record<string, unknown>>,
): InterLinkError | undefined {
  if (tooManyJobs.test(text)) return new UnavailableError(message, { details });
  const field = fields.find(([words]) => new RegExp(words).test(text))?.[1];
  return field === undefined ? undefined : new BackendError(`${field}: ${message}`, { field, details });
}

/** Answers of slurmctld, and options and scripts that `sbatch` does not even send. */
const answer = [
  'Batch job submission failed: ',
  'unrecognized (?:option|argument)',
  '(?:invalid|unknown) option',
  "option '.*' (?:requires an argument|is ambiguous|doesn't allow)",
  'option requires an argument',
  'This does not look like a batch script',
  'cli_filter plugin terminated with error',
].join('|');
const answerPattern = new RegExp(answer);

/** What stands behind `Batch job submission failed:` where the conversation broke, or where Slurm does not say what happened. */
const noAnswer = [
  'Unspecified error',
  'No error',
  'Success',
  'Unexpected message received',
  'Message (?:send|receive) failure',
  'Communication \\w+ failure',
  'Header lengths are longer than data received',
  'Insane message length',
  'Connection (?:reset|timed out)',
  'Software caused connection abort',
  'Broken pipe',
  'No route to host',
  'Network is (?:unreachable|down)',
  'Host is (?:unreachable|down)',
  'Interrupted system call',
  'Input/output error',
  'Cannot allocate memory',
].join('|');
const noAnswerPattern = new RegExp(`Batch job submission failed: (?:${noAnswer})`, 'i');

/** Whether `sbatch` has surely submitted nothing. Where its answer was lost the job may be in the queue all the same. */
export function isRefused(said: string): boolean {
  return answerPattern.test(said) && !noAnswerPattern.test(said);
}
