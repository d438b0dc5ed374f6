import { judgePod, type FieldVerdict, type VerdictTable } from '@interlink/plugin-sdk';
import { UnsupportedError, type Pod } from '@interlink/spec';

/** A pod's verdicts as a create needs them. */
export interface Judgement {
  /** For every field that the pod sets. */
  readonly verdicts: readonly FieldVerdict[];
  /** One sentence for each kind of field without effect, naming all of them. */
  readonly warnings: readonly string[];
}

/** Judges every field of a pod, or those whose paths are asked for. */
export function judge(pod: Pod, table: VerdictTable, isAsked: (path: string) => boolean = () => true): Judgement {
  const verdicts = judgePod(pod, table).filter(({ path }) => isAsked(path));
  const ignored = Map.groupBy(
    verdicts.filter(({ verdict }) => verdict === 'ignored'),
    ({ path, note }) => `${kindOf(path)} ${note}`,
  );
  return { verdicts, warnings: [...ignored.values()].map(formatWarning) };
}

/** The same for a field in every container: a pod of ten gets one warning on their images. */
function kindOf(path: string): string {
  return path.replace(/^spec\.(?:initC|ephemeralC|c)ontainers\[\d+\]/, 'spec.containers[]');
}

function formatWarning(alike: readonly FieldVerdict[]): string {
  const paths = alike.map(({ path }) => path).join(', ');
  return `${paths} ${alike.length === 1 ? 'has' : 'have'} no effect: ${alike[0]?.note ?? ''}`;
}

/** Throws `UnsupportedError` naming the first refused field. */
export function refuseUnsupported({ verdicts }: Judgement): void {
  const refused = verdicts.find(({ verdict }) => verdict === 'refused');
  if (!refused) return;
  const field = `pod.${refused.path}`;
  throw new UnsupportedError(`${field} is not supported: ${refused.note}`, { field });
}
