/** How a command is run in a machine. */
export interface MachineRunOptions {
  /** Given to its standard input, which is empty otherwise. */
  readonly input?: string | undefined;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default: `/` of the machine. */
  readonly directory?: string | undefined;
  /** Name of a user of the machine, whose home is `/home/<name>`. Default: root. */
  readonly user?: string | undefined;
  /** Kills the command. */
  readonly signal?: AbortSignal | undefined;
}

/** A command that a machine ran to its end. */
export interface MachineRunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Processes in namespaces of their own: what they start ends with the machine, however it detached itself. Network, clock and
 * users' numbers are the host's.
 */
export interface Machine extends AsyncDisposable {
  /** Process 1 of the machine, as the host counts. */
  readonly pid: number;
  /** What the host puts before a command (program and arguments) that shall run in the machine. */
  wrap(
    argv: readonly string[],
    options?: Pick<MachineRunOptions, 'directory' | 'user'>,
  ): readonly [string, ...string[]];
  /** Runs a command to its end; `BackendError` with its exit code and the end of its standard error when it fails. */
  run(argv: readonly string[], options?: MachineRunOptions): Promise<MachineRunResult>;
  /** Kills everything that runs in the machine; resolves when it is gone. Its mounts go with it. */
  [Symbol.asyncDispose](): Promise<void>;
}
