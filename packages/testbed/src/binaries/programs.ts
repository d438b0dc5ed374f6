/** The programs of a control plane, in the order in which they start; `kubectl` is the client. */
export const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

/** A program of the control plane, or its client. */
export type Program = (typeof programs)[number];

/** A program that runs as long as the control plane does. */
export type Component = Exclude<Program, 'kubectl'>;

/** The components in the order in which they start; they stop in the reverse order. */
export const components: readonly Component[] = programs.filter((program) => program !== 'kubectl');
