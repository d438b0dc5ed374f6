import { judgePod, type FieldVerdict, type VerdictTable } from '@interlink/plugin-sdk';
import { UnsupportedError, type Pod } from '@interlink/spec';

/** A pod's verdicts as a create needs them. */
export interface Judgement {
  /** For every field that the pod sets. */
  readonly verdicts: readonly FieldVerdict[];
  /** One sentence for each field without effect. */
  readonly warnings: readonly string[];
}

/** Judges every field of a pod. */
export function judge(pod: Pod, table: VerdictTable): Judgement {
  const verdicts = judgePod(pod, table);
  const ignored = verdicts.filter(({ verdict }) => verdict === 'ignored');
  return { verdicts, warnings: ignored.map(({ path, note }) => `${path} has no effect: ${note}`) };
}

/** Throws `UnsupportedError` naming the first refused field. */
export function refuseUnsupported({ verdicts }: Judgement): void {
  const refused = verdicts.find(({ verdict }) => verdict === 'refused');
  if (!refused) return;
  const field = `pod.${refused.path}`;
  throw new UnsupportedError(`${field} is not supported: ${refused.note}`, { field });
}
