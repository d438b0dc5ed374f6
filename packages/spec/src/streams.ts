/** A command to run in a container of a running pod. It has no time limit of its own: the caller's signal ends it. */
export interface ExecRequest {
  readonly namespace: string;
  readonly podUid: string;
  readonly podName: string;
  readonly containerName: string;
  /** Program and arguments; never a shell string. */
  readonly command: readonly string[];
  /** True: the command has a terminal. Default false. */
  readonly tty?: boolean;
}

/** A container to attach to. */
export type AttachRequest = Omit<ExecRequest, 'command'>;

/** A port of the pod. */
export interface PortForwardRequest {
  readonly namespace: string;
  readonly podUid: string;
  readonly podName: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The streams of an exec, attach or port-forward session. The caller owns them all. */
export interface StreamSession {
  /**
   * What goes in; its end is the end of the input, while the session goes on. Rejects when the caller is lost, so that half an input is never
   * taken for a whole one. Absent: there is no input. The callee may leave it unread.
   */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Sizes of the terminal, the first as soon as it is known. A slow reader gets the latest one. Absent without a terminal. */
  readonly resize?: AsyncIterable<TerminalSize>;
  /** Resolves when the chunk was taken: wait for it before the next. */
  readonly stdout: (chunk: Uint8Array) => Promise<void>;
  /** As {@link StreamSession.stdout}. With a terminal everything comes by stdout. */
  readonly stderr: (chunk: Uint8Array) => Promise<void>;
}

/** How a command ended. */
export interface ExitStatus {
  /** 0 to 255; 128 plus the signal's number where one ended it. */
  readonly exitCode: number;
  readonly message?: string;
}
