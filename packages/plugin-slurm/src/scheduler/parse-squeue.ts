import { parseSlurmState, type SlurmJob } from './map-slurm-state.ts';

/** What `squeue -O` is asked for; the comment comes last, since other people's jobs may have any text in it. */
export const squeueFormat = ['JobID', 'State', 'exit_code', 'Reason', 'StartTime', 'Comment']
  .map((field) => `${field}:|`)
  .join(',');

/** What every job of ours has in its comment, before the UID of its pod. */
export const commentPrefix = 'interlink:';

/** The answer to a `squeue`. */
export interface SqueueAnswer {
  readonly jobs: readonly SlurmJob[];
  /** Whether every line was understood: else the absence of a job means nothing. */
  readonly complete: boolean;
}

/** The jobs of ours in the output of `squeue --noheader -O` with {@link squeueFormat} and times in seconds since 1970. */
export function parseSqueue(text: string): SqueueAnswer {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const jobs: SlurmJob[] = [];
  let complete = true;
  for (const line of lines) {
    const fields = line.split('|');
    if (fields.length < 6) complete = false;
    const comment = fields.slice(5).join('|').trim();
    if (!comment.startsWith(commentPrefix)) continue;
    const job = parseJob(fields, comment);
    if (job) jobs.push(job);
    else complete = false;
  }
  return { jobs, complete };
}

function parseJob(fields: readonly string[], comment: string): SlurmJob | undefined {
  const [id = '', stateText = '', exitCode = '', reason = '', start = ''] = fields.map((field) => field.trim());
  const state = parseSlurmState(stateText);
  if (state === undefined || id === '') return undefined;
  const startTime = Number.parseInt(start, 10);
  const [uid = ''] = comment.slice(commentPrefix.length).split('|', 1);
  return {
    id,
    state,
    exitCode,
    reason: reason.replace(/^\((.*)\)$/, '$1'),
    uid,
    ...(Number.isNaN(startTime) ? {} : { startTime }),
  };
}
