import type { ResolvedContainer, ResolvedPod, VerdictTable } from '@interlink/plugin-sdk';
import type { PlannedImage } from '../images/plan-image.ts';
import type { RuntimeImages } from '../images/runtime-images.ts';
import type { ContainerUser } from '../pod/container-user.ts';
import type { TreeEntry } from './host.ts';

/** A path of this machine that a container sees at another path. */
export interface Bind {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
  readonly type: 'directory' | 'file';
  /** Path of the mount in the pod, for errors. */
  readonly field: string;
  /** Whether the source belongs to the job, so that mount points may be made in it. */
  readonly owned: boolean;
  /** Whether the source becomes a link to a directory in memory when the job starts. Default false. */
  readonly inMemory?: boolean;
}

/** What a runtime is asked for. */
export interface StartRequest {
  readonly pod: ResolvedPod;
  readonly container: ResolvedContainer;
  /** The container's part of the job directory; entries of {@link ContainerStart.files} are relative to it. */
  readonly directory: string;
  readonly binds: readonly Bind[];
  /**
   * The file in which the container may leave its termination message, a bind of `messageFile` among {@link ContainerStart.files}.
   * Absent where a volume of the pod is at its path.
   */
  readonly message?: Bind;
  /** Where the image will be; absent for a runtime that has no {@link ContainerRuntime.images}. */
  readonly image?: Pick<PlannedImage, 'path' | 'workingDirectory'>;
  /** Whom the container runs as, where that is not the user of the jobs; only for a runtime with {@link ContainerRuntime.startsAsOthers}. */
  readonly user?: ContainerUser;
  /** More arguments for the runtime's start command: of this pod, allowed by the site. Default none. */
  readonly options?: readonly string[];
}

/** How the runner starts a container. All of it is data: no part is ever read by a shell. */
export interface ContainerStart {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** The whole environment of that program. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** Variables of that program that come from the job's own environment, where it has them, e.g. `PATH`. Default none. */
  readonly inherited?: readonly string[];
  readonly workingDirectory: string;
  /**
   * Set when the container has a mount namespace of its own: the command that makes one, before the runner's. What is in a file
   * `fstab` is mounted then, and a directory `root` becomes the root.
   */
  readonly enter?: readonly string[];
  /** Files that the start needs. */
  readonly files?: readonly TreeEntry[];
  /** Paths to make in owned bind sources: absolute, mount points of other binds. */
  readonly mountPoints?: readonly { readonly path: string; readonly type: 'directory' | 'file' }[];
  /**
   * Who gets SIGTERM: the container's first `process`; the `child` of a first process that only waits and does not pass signals on; the
   * `first` process of a namespace of process ids that the runtime makes, or all of the process group where it has none yet.
   * Default `process`.
   */
  readonly signals?: 'process' | 'child' | 'first';
  /**
   * Set when something must be a link that no mount can replace: the container waits, before its program starts, until it can read a line
   * from the pipe that the runner makes as the file `gate`, and the runner makes the link meanwhile. Paths inside the container.
   */
  readonly link?: {
    readonly path: string;
    /** Where the link leads. */
    readonly target: string;
    /** Where the runtime mounts the pipe. */
    readonly gate: string;
  };
  /**
   * Set when the runtime itself makes the container's namespaces, of process ids among them: how a command joins the running
   * container, with what its first process knows. Absent: the environment and the working directory above are the container's.
   */
  readonly join?: {
    /** What the names of the container's own variables begin with in {@link ContainerStart.environment}, e.g. `APPTAINERENV_`. */
    readonly environmentPrefix: string;
    /** Inside the container. Default: where its first process is. */
    readonly workingDirectory?: string;
  };
}

/** Turns containers into argument lists. */
export interface ContainerRuntime {
  /** `none`, `apptainer`, …; the value of the node label `interlink.eu/container-runtime`. */
  readonly name: string;
  /** One sentence on what this runtime does with a pod, for people. */
  readonly description: string;
  /** Labels that the node should carry. */
  readonly labels: Readonly<Record<string, string>>;
  /** Verdicts that depend on the runtime. */
  readonly verdicts: VerdictTable;
  /** How images are pulled; absent for a runtime that uses none. */
  readonly images?: RuntimeImages;
  /** Whether it can start a container as another user where the jobs run as root. Default false. */
  readonly startsAsOthers?: boolean;
  /** Whether a container gets `/etc/hosts` of its pod. Default false. */
  readonly bindsHostsFile?: boolean;
  /** Judges and plans the start of a container. Reads the host at most; changes nothing. Throws `UnsupportedError` naming the field. */
  start(request: StartRequest): Promise<ContainerStart>;
}
