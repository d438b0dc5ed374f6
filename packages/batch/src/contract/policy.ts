/** A directory of the machines that hostPath volumes may mount. */
export interface HostPathRule {
  /** Absolute. */
  readonly path: string;
  /** Whether it can be mounted for reading only. Sockets and devices, which such a mount does not protect, are refused then. */
  readonly readOnly: boolean;
}

/** Where the storage of some persistentVolumeClaims is. */
export interface ClaimRule {
  /** Default: any namespace. */
  readonly namespace?: string;
  /** Name of the claim. Default: any. */
  readonly claim?: string;
  /** Absolute; the components `{namespace}` and `{claim}` are replaced. */
  readonly path: string;
  /** Default false. */
  readonly readOnly?: boolean;
  /** Whether a directory that is missing is made, as the user of the job and with mode 0700. Default false: the pod is refused. */
  readonly create?: boolean;
}

/** How the files of jobs get to machines that do not see the work directory. */
export interface ShippingPolicy {
  /**
   * Directory of the machines of jobs in which a job makes its own, `interlink-<uid>`; it goes with the job. Absolute, of letters, digits and
   * `. _ - /`. Default `/tmp`.
   */
  readonly nodeDirectory?: string;
  /** How long a job waits at its end for the plugin to have everything, which may be down. Default 60. */
  readonly deliverySeconds?: number;
  /** The longest batch script that the scheduler takes. Default 4,000,000. */
  readonly scriptBytes?: number;
}

/** What a site allows. */
export interface BatchPolicy {
  /** Host directories that hostPath volumes may mount, with all below them; of nested ones the inner counts. Default: none. */
  readonly hostPaths?: readonly HostPathRule[];
  /** Where the storage of persistentVolumeClaims is; the first rule that fits counts. Default: nowhere, they are refused. */
  readonly persistentVolumeClaims?: readonly ClaimRule[];
  /**
   * When it is known whether a path of a volume is there. `create`: the plugin's machine has the paths that jobs have, so a pod is refused
   * at once; jobs look again. `start`: only jobs can look. Default `create`, and `start` with
   * {@link BatchPolicy.shipping}.
   */
  readonly checkPaths?: 'create' | 'start';
  /**
   * A pod that asks for another user than the jobs run as: `refuse` it, `ignore` the wish with a warning, or `honour` it, which takes jobs of
   * root and a runtime that can; it is refused where they are not. Default `refuse`.
   */
  readonly runAsUser?: 'refuse' | 'ignore' | 'honour';
  /**
   * Set where the machines of jobs do not see the work directory: the files of a job travel inside its batch script, and what it writes
   * comes back by a process of the plugin's in the job (`Scheduler.enter`). Default: they see it.
   */
  readonly shipping?: ShippingPolicy;
  /** How long states and logs of a deleted pod are kept. Default 600; 0 removes all at once. */
  readonly retentionSeconds?: number;
  /** How long a job may be missing before it counts as lost: the time that states need to become visible. Default 0. */
  readonly lostAfterSeconds?: number;
  /** How long after the grace period a delete stops asking and kills. Default 5. */
  readonly killAfterGraceSeconds?: number;
  /** Time between two looks at the size of emptyDir volumes that have a `sizeLimit`, at least. Default 10, as a kubelet. */
  readonly volumeCheckSeconds?: number;
  /** First and longest wait before a restart. Default 10 and 300, as a kubelet. */
  readonly restartBackoffSeconds?: { readonly initial: number; readonly maximum: number };
  readonly images?: ImagePolicy;
}

/** Where images are kept and how they are pulled. All numbers of seconds are whole. */
export interface ImagePolicy {
  /** Absolute directories of the machines whose files and root directories pods may use as images. Default: none but the site's own prefix. */
  readonly paths?: readonly string[];
  /** Absolute; on a file system that all machines share that run jobs, only for their user. Default `.images` in the work directory. */
  readonly cacheDirectory?: string | undefined;
  /** Whether the plugin asks registries for digests when a pod is created. Default true. */
  readonly resolve?: boolean;
  /** How often a pull is tried. Default 5. */
  readonly pullTries?: number;
  /** First and longest wait between two tries. Default 10 and 80. */
  readonly pullBackoffSeconds?: { readonly initial: number; readonly maximum: number };
  /** Longest time of one try. Default 3600. */
  readonly pullDeadlineSeconds?: number;
  /** How often who pulls gives a sign of life, and after which silence another takes over. Default 10 and 60. */
  readonly lockSeconds?: { readonly beat: number; readonly stale: number };
}
