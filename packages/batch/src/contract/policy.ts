/** What a site allows. */
export interface BatchPolicy {
  /** Host directories that hostPath volumes may mount, with all below them. Default: none. */
  readonly hostPaths?: readonly { readonly path: string; readonly readOnly: boolean }[];
  /** A pod that asks for another user than the jobs run as: `refuse` it, or `ignore` the wish with a warning. Default `refuse`. */
  readonly runAsUser?: 'refuse' | 'ignore';
  /** How long states and logs of a deleted pod are kept. Default 600; 0 removes all at once. */
  readonly retentionSeconds?: number;
  /** How long a job may be missing before it counts as lost: the time that states need to become visible. Default 0. */
  readonly lostAfterSeconds?: number;
  /** How long after the grace period a delete stops asking and kills. Default 5. */
  readonly killAfterGraceSeconds?: number;
  /** First and longest wait before a restart. Default 10 and 300, as a kubelet. */
  readonly restartBackoffSeconds?: { readonly initial: number; readonly maximum: number };
}
