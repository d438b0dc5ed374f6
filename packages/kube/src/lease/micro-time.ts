/** A time as Kubernetes' `MicroTime`: RFC 3339 with exactly six fractional digits; three are refused by the API server. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}
