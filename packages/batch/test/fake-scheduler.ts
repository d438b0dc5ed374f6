import type { BatchJob, CancelOptions, JobQuery, JobState, Scheduler, JobCommand } from '../src/index.ts';

/** A queueing system at the edge of the engine: jobs are entries of a map, and every answer can be made to fail. */
export class FakeScheduler implements Scheduler {
  readonly name = 'fake';
  readonly runsHere = true;
  readonly queryIntervalSeconds: number;
  readonly jobs = new Map<string, JobState>();
  readonly submitted: BatchJob[] = [];
  readonly cancelled: ({ id: string } & CancelOptions)[] = [];
  queries = 0;
  complete = true;
  submitError: Error | undefined;
  /** True: the job is queued although the submit fails, as when an answer is lost. */
  queuesOnError = false;
  askError: Error | undefined;
  cancelError: Error | undefined;
  /** What is still known of jobs that are not in `jobs` any more. */
  readonly recalled = new Map<string, JobState>();

  constructor(queryIntervalSeconds = 3600) {
    this.queryIntervalSeconds = queryIntervalSeconds;
  }

  async submit(job: BatchJob): Promise<string> {
    await Promise.resolve();
    const id = `${this.submitted.length + 1}`;
    if (this.submitError === undefined || this.queuesOnError) {
      this.submitted.push(job);
      this.jobs.set(id, { phase: 'running', word: 'RUNNING', uid: job.uid });
    }
    if (this.submitError) throw this.submitError;
    return id;
  }

  async cancel(id: string, options: CancelOptions): Promise<void> {
    await this.answer();
    if (this.cancelError) throw this.cancelError;
    this.cancelled.push({ id, ...options });
  }

  async query(): Promise<JobQuery> {
    this.queries += 1;
    await this.answer();
    return { complete: this.complete, jobs: new Map(this.jobs) };
  }

  async recall(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    await this.answer();
    return new Map([...this.recalled].filter(([id]) => ids.includes(id)));
  }

  async find(uid: string): Promise<string | undefined> {
    await this.answer();
    for (const [id, state] of this.jobs) if (state.uid === uid) return id;
    return undefined;
  }

  capacity(): Promise<{ cpuCores: number }> {
    return Promise.resolve({ cpuCores: 4 });
  }

  enter(_: unknown, argv: readonly string[]): Promise<JobCommand> {
    return Promise.resolve({ argv });
  }

  private async answer(): Promise<void> {
    await Promise.resolve();
    if (this.askError) throw this.askError;
  }
}
