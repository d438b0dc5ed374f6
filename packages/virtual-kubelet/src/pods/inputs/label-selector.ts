import type { VolumeProjection } from '@interlink/spec';

/** `meta/v1.LabelSelector`. */
export type LabelSelector = NonNullable<NonNullable<VolumeProjection['clusterTrustBundle']>['labelSelector']>;

/** A label selector as it stands in a query; empty: everything matches. */
export function formatLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }
  });
  return [...equal, ...expressions].join(',');
}
