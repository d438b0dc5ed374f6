/** A time as a kubelet puts it before a log line: RFC 3339, always nine fractional digits, UTC. */
export function formatLogTime(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000);
  const wholeMilliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - wholeMilliseconds * 1000).padStart(3, '0');
  return `${new Date(wholeMilliseconds).toISOString().slice(0, -1)}${rest}000Z`;
}
