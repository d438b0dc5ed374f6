import type { Toleration } from '@interlink/spec';

/** Taints of a node that cannot be reached or is not Ready; the cluster evicts by them. */
const outageTaints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

/** For how long pods stand an outage. */
export interface OutageTolerance {
  /** Seconds; 0 leaves every pod as it is. */
  readonly outageTolerationSeconds: number;
  /** Seconds that the cluster gives every pod by itself, so that they are nobody's choice. */
  readonly defaultTolerationSeconds: number;
}

/**
 * The tolerations with which an outage of the virtual kubelet does not cost a pod its job; undefined where the pod has them already. A time that the pod's
 * author chose stays. The API server lets a bound pod gain tolerations and change their seconds, nothing else.
 */
export function outageTolerations(
  tolerations: readonly Toleration[],
  tolerance: OutageTolerance,
): Toleration[] | undefined {
  const { outageTolerationSeconds: tolerationSeconds, defaultTolerationSeconds } = tolerance;
  if (tolerationSeconds <= defaultTolerationSeconds) return undefined;
  const isDefault = ({ key = '', effect, operator, tolerationSeconds: seconds }: Toleration): boolean =>
    isOutageTaint(key) && effect === 'NoExecute' && operator === 'Exists' && seconds === defaultTolerationSeconds;
  const raised = tolerations.map((toleration) =>
    isDefault(toleration) ? { ...toleration, tolerationSeconds } : toleration,
  );
  const missing = outageTaints.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
  if (missing.length === 0 && !tolerations.some(isDefault)) return undefined;
  return [
    ...raised,
    ...missing.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds })),
  ];
}

function isOutageTaint(key: string): boolean {
  return outageTaints.some((taint) => taint === key);
}

/** The taints have no value. */
function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: string): boolean {
  if (effect !== '' && effect !== 'NoExecute') return false;
  return key === '' ? operator === 'Exists' : key === taint && (operator === 'Exists' || value === '');
}
