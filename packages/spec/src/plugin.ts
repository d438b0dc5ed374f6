import type { CallOptions } from './call-options.ts';
import type { Pod } from './kubernetes.ts';
import type { AttachRequest, ExecRequest, ExitStatus, PortForwardRequest, StreamSession } from './streams.ts';
import type {
  CreateStruct,
  HeldPod,
  LogStruct,
  PingResponse,
  PodStatus,
  PodStatusEvent,
  RetrievedPodData,
} from './wire.ts';

/**
 * A backend that runs pods: hop B as an interface.
 *
 * @remarks
 * Each sentence here is a test of `@interlink/conformance`. Every method rejects with an error of the error set
 * (`@interlink/spec` errors) and with nothing else; an aborted signal rejects with the signal's reason. Methods may be
 * called at the same time, for the same pod too. Disposing ends this process's part and leaves the jobs running.
 */
export interface Plugin extends AsyncDisposable {
  /** A word for logs and the node's labels, e.g. `slurm`. */
  readonly name: string;

  /** Says that the plugin lives and what it offers; rejects with `ILK_UNAVAILABLE` when the backend cannot take pods. */
  ping(options?: CallOptions): Promise<PingResponse>;

  /**
   * Takes a pod. Resolves once the job is queued and would survive a crash of this process.
   * Idempotent by pod UID: the same UID again gives the same job id and no second job.
   * A pod that cannot be run here rejects with `ILK_INVALID_INPUT` or `ILK_UNSUPPORTED`, naming the field, and leaves no trace.
   */
  create(data: RetrievedPodData, options?: CallOptions): Promise<CreateStruct>;

  /**
   * The state of every pod asked, in the order asked; one entry for each, every container of the pod's spec in it. A pod
   * the plugin does not know has `interlink.state` `gone` and keeps its containers waiting, never terminated.
   */
  status(pods: readonly Pod[], options?: CallOptions): Promise<readonly PodStatus[]>;

  /**
   * Ends a pod. Resolves once the wish is durable; the plugin carries it out and retries on its own. {@link status} says `gone`
   * when it is done. Deleting an unknown or a deleted pod resolves.
   */
  delete(pod: Pod, options?: CallOptions): Promise<void>;

  /**
   * The log of one container, bytes as written. With `Follow` it ends when the container has ended and all was read.
   * Rejects with `ILK_NOT_FOUND` for an unknown pod or container.
   */
  logs(request: LogStruct, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>;

  /** Feature `list`: every pod held, those being deleted included. */
  list?(options?: CallOptions): Promise<readonly HeldPod[]>;

  /**
   * Feature `events`: a {@link PodStatus} whenever one changes, from the call on; a heartbeat at once, which says that the
   * subscription holds, and then at least every 15 s. Ends only by the signal or an error. A slow reader gets the latest
   * state of each pod, not every state.
   */
  watch?(options?: CallOptions): AsyncIterable<PodStatusEvent>;

  /**
   * Feature `exec`: runs a command in a running container, in the container's environment. Resolves when the command has ended and all that
   * it wrote was taken; whatever its exit code, that is no error. An aborted signal ends the command and all that it started.
   * Rejects with `ILK_NOT_FOUND` for an unknown pod or container, with `ILK_CONFLICT` for a container that is not running.
   */
  exec?(request: ExecRequest, streams: StreamSession, options?: CallOptions): Promise<ExitStatus>;

  /**
   * Feature `attach`: what a running container writes from now on, and its standard input where its spec has `stdin`. Resolves with 0 when
   * the container has ended, as a kubelet does; an aborted signal leaves the container alone. Rejects as {@link Plugin.exec} does.
   */
  attach?(request: AttachRequest, streams: StreamSession, options?: CallOptions): Promise<ExitStatus>;

  /**
   * Feature `portForward`: one connection to a port of a running pod. Stdin goes to it, and its end is passed on; stdout is what comes
   * back. Resolves when the far end has closed. Rejects with `ILK_NOT_FOUND` for an unknown pod, with `ILK_CONFLICT` for one that is not running,
   * with `ILK_UNAVAILABLE` where nothing listens.
   */
  portForward?(request: PortForwardRequest, streams: StreamSession, options?: CallOptions): Promise<void>;

  /**
   * Feature `update`: brings what changed in a pod that is held, queued or running: contents of volumes (ConfigMap, Secret, projected,
   * downwardAPI), image pull secrets, and the containers of `spec.ephemeralContainers`, which only ever come so. It carries the whole pod every
   * time, and a volume whose object is not in it keeps what it has. Resolves once the new state is durable; running containers see it soon after.
   * Idempotent: the same again changes nothing, and an ephemeral container starts once. What cannot be changed under a running container (environment,
   * mounts with `subPath`) stays as it was, as on a kubelet. Statuses tell of ephemeral containers in `ephemeralContainers`; logs, exec and attach take their
   * names. Rejects with `ILK_NOT_FOUND` for an unknown pod, with `ILK_CONFLICT` for one that has ended or is being deleted, with
   * `ILK_UNSUPPORTED` and the field `pod.spec.ephemeralContainers` where the backend cannot start these.
   */
  update?(data: RetrievedPodData, options?: CallOptions): Promise<void>;

  /** Feature `stats`: a subset of the kubelet's `Summary`. */
  stats?(options?: CallOptions): Promise<Readonly<Record<string, unknown>>>;
}
