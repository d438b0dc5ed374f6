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

const separator = '|';
const fieldCount = 6;
/** How the line of a job begins, after one that is whole. Comments of other jobs may have newlines and any text in them. */
const jobLine = /^\d[\w+[\]%,-]*\|[A-Z_]+\|/;

/**
 * The user's jobs in the output of `squeue --noheader -O` with {@link squeueFormat} and times in seconds since 1970. Those of ours have
 * a UID.
 */
export function parseSqueue(text: string): SqueueAnswer {
  const records: string[] = [];
  for (const line of text.split('\n')) {
    const last = records.at(-1);
    if (last === undefined || (jobLine.test(line) && last.endsWith(separator))) records.push(line);
    else records[records.length - 1] = `${last}\n${line}`;
  }
  const answers = records.filter((record) => record.trim() !== '').map(parseRecord);
  const jobs = answers.flatMap((job) => job ?? []);
  return { jobs, complete: jobs.length === answers.length };
}

/** Undefined for what cannot be read: a line that was cut off, a state that is not known. */
function parseRecord(record: string): SlurmJob | undefined {
  const fields = record.trimEnd().split(separator);
  const [id = '', stateText = '', exitCode = '', reason = '', start = ''] = fields.map((field) => field.trim());
  const comment = fields.slice(fieldCount - 1).join(separator);
  const state = parseSlurmState(stateText);
  const isWhole = jobLine.test(record) && comment.endsWith(separator) && !/\n/.test(reason + start);
  if (!isWhole || state === undefined) return undefined;
  const [, uid] = uidPattern.exec(comment) ?? [];
  return {
    id,
    state,
    exitCode,
    reason: reason.replace(/^\((.*)\)$/, '$1'),
    ...(uid === undefined ? {} : { uid }),
    ...(/^\d+$/.test(start) ? { startTime: Number(start) } : {}),
  };
}

/** A site's submit plugin may have put words of its own around it. */
const uidPattern = new RegExp(`(?:^|[^\\w:|.-])${commentPrefix}([A-Za-z0-9][A-Za-z0-9._-]*)`);
