/** A command to run in a container of a running pod. Times are none: the caller's signal ends it. */
export interface ExecRequest {
  readonly namespace: string;
  readonly podUid: string;
  readonly podName: string;
  readonly containerName: string;
  /** Program and arguments; never a shell string. */
  readonly command: readonly string[];
  readonly tty: boolean;
}

/** A container to attach to. */
export type AttachRequest = Omit<ExecRequest, 'command'>;

/** A port of the pod. */
export interface PortForwardRequest {
  readonly namespace: string;
  readonly podUid: string;
  readonly podName: string;
  readonly port: number;
}

/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The streams of an exec or attach session. The caller owns them all. */
export interface StreamSession {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly resize?: AsyncIterable<TerminalSize>;
  /** Resolves when the chunk was taken: wait for it before the next. */
  stdout(chunk: Uint8Array): Promise<void>;
  /** As {@link StreamSession.stdout}. With a terminal everything comes by stdout. */
  stderr(chunk: Uint8Array): Promise<void>;
}

/** How a command ended. */
export interface ExitStatus {
  /** 0 to 255; 128 plus the signal's number where one ended it. */
  readonly exitCode: number;
  readonly message?: string;
}
