/** Where the Go components' names are not the operation's own. */
const clientNames: Readonly<Record<string, string>> = { logs: 'Log' };
const serverNames: Readonly<Record<string, string>> = { '/pinglink': 'Ping' };

/** Name of the span around a call to a peer, as the Go virtual kubelet calls it: `CreateHttpCall`. */
export function clientSpanName(operation: string): string {
  return `${clientNames[operation] ?? capitalized(operation)}HttpCall`;
}

/** Name of the span around the work of a route, as the Go API server calls it: `CreateAPI`; on hop B, which the Go plugins have no names for, `CreatePlugin`. */
export function serverSpanName(path: string, hop: 'API' | 'Plugin'): string {
  return `${serverNames[path] ?? capitalized(path.slice(1))}${hop}`;
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
