import type { Readable, Writable } from 'node:stream';
import type { LogSource } from '@interlink/plugin-sdk';

/** One entry of a directory tree; `path` is relative and contained, parents come first. */
export type TreeEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly content: string | Uint8Array;
      /** Whether the content must survive a crash of the machine. */
      readonly durable?: boolean;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** A name in a directory. `other`: socket, device, pipe. */
export type DirectoryEntry =
  | { readonly name: string; readonly type: 'directory' | 'file' | 'other' }
  | { readonly name: string; readonly type: 'link'; readonly target: string };

/** What is at a path, which has no symbolic links. */
export interface ExistingPath {
  readonly path: string;
  readonly type: 'directory' | 'file' | 'socket' | 'characterDevice' | 'blockDevice' | 'other';
}

/** How {@link Host.run} runs a command. */
export interface RunOptions {
  /** The whole environment. Default: a `PATH`, nothing else. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Default 30. */
  readonly deadlineSeconds?: number;
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  /** 128 plus the number of the signal where one ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where {@link Host.writeAt} writes. */
export interface WriteOptions {
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** Whether all of the file must survive a crash afterwards. Default false. */
  readonly durable?: boolean;
}

/** How {@link Host.stream} runs a command. */
export type StreamOptions = Pick<RunOptions, 'environment'>;

/** A command that runs for as long as it likes. Whoever started it reads its output to the end and ends it. */
export interface HostProcess {
  /** Fails when the command closes it. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves with the exit code, 128 plus the number of the signal where one ended it. What it wrote may still be on its way. */
  readonly ended: Promise<number>;
  /** A command that has ended is left alone. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * The machine from which jobs are submitted and where their directories are.
 *
 * @remarks Failures are `UnavailableError` (it could not be reached, a disk is full) or `TimeoutError`.
 */
export interface Host {
  /** A word for logs, e.g. `local`. */
  readonly name: string;
  /** Home directory of the user that runs the jobs. */
  readonly homeDirectory: string;
  /** User and group that the jobs run as. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Runs a command to its end; a command that fails resolves, one that cannot be started rejects with `BackendError`. */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts a command and gives its standard streams; one that cannot be started rejects with `BackendError`. */
  stream(argv: readonly string[], options?: StreamOptions): Promise<HostProcess>;
  /** Makes directories (mode 0700) that are absent, with their parents. */
  makeDirectories(paths: readonly string[]): Promise<void>;
  /** Makes a directory (mode 0700) with all its entries: afterwards, and after a crash, it is there whole or not at all. */
  createTree(directory: string, entries: readonly TreeEntry[]): Promise<void>;
  /** Removes a directory made by {@link Host.createTree}: afterwards, and after a crash, it is there whole or not at all. */
  discardTree(directory: string): Promise<void>;
  /** Replaces a file: afterwards, and after a crash, it has the old or the new content. Mode 0600. */
  writeDurably(path: string, content: string): Promise<void>;
  /** Makes a symbolic link, or replaces one: who reads, and who comes after a crash, finds the old or the new one. */
  linkDurably(path: string, target: string): Promise<void>;
  /** Writes into a file, which is made (mode 0600) where it is absent. */
  writeAt(path: string, content: Uint8Array, options: WriteOptions): Promise<void>;
  /** Sizes in bytes of the files that exist. */
  sizes(paths: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Contents of the files that exist. */
  readMany(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The entries of a directory; undefined where there is none. */
  list(directory: string): Promise<readonly DirectoryEntry[] | undefined>;
  /** The path without symbolic links; undefined where nothing is there. */
  resolvePath(path: string): Promise<ExistingPath | undefined>;
  /** Removes files and whole trees. What is absent is fine. */
  remove(paths: readonly string[]): Promise<void>;
  /** Calls back when a directory may have changed; silent where the system has no events. */
  watch(directory: string, listener: () => void): Disposable;
  /** A log file as a source of `selectLog`. */
  openLog(path: string, timelinePath: string, options: { readonly ended: () => Promise<boolean> }): LogSource;
}
