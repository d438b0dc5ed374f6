import { parseSlurmState, type SlurmJob } from './map-slurm-state.ts';

/** What `sacct --parsable2` is asked for. */
export const sacctFormat = 'JobIDRaw,State,ExitCode,Reason';

/** The jobs in the output of `sacct --noheader --parsable2 --allocations` with {@link sacctFormat}. */
export function parseSacct(text: string): SlurmJob[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', stateText = '', exitCode = '', reason = ''] = line.split('|').map((field) => field.trim());
    const state = parseSlurmState(stateText);
    return state === undefined || id === '' ? [] : [{ id, state, exitCode, reason }];
  });
}
