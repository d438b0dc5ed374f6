/** What a request to the kubelet API asks of the cluster's authorization: a verb on one of some subresources of the node. */
export interface AccessAttributes {
  readonly verb: string;
  /** Any one is enough; the first is the narrowest. */
  readonly subresources: readonly string[];
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The first whose path begins the request's path counts; as in a kubelet, everything else is `proxy`. */
const paths: readonly (readonly [string, readonly string[]])[] = [
  ['/stats', ['stats']],
  ['/metrics', ['metrics']],
  ['/logs', ['log']],
  ['/checkpoint', ['checkpoint']],
  ['/statusz', ['statusz']],
  ['/flagz', ['configz']],
  ['/pods', ['pods', 'proxy']],
  ['/runningpods', ['pods', 'proxy']],
  ['/healthz', ['healthz', 'proxy']],
  ['/configz', ['configz', 'proxy']],
];
const sessions = ['/exec/', '/attach/', '/portForward/'];

/**
 * The attributes of a request, as a kubelet with fine-grained authorization sees it (pkg/kubelet/server/auth.go of Kubernetes 1.36).
 *
 * @param requestPath - As it was sent; what is percent-encoded in it counts as what it stands for.
 */
export function accessAttributes(method: string, requestPath: string): AccessAttributes {
  const path = decodePath(requestPath);
  const found = paths.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  // A WebSocket begins with GET, but it may do everything that a POST may.
  const verb = sessions.some((prefix) => path.startsWith(prefix)) ? 'create' : (verbs[method] ?? method.toLowerCase());
  return { verb, subresources: found?.[1] ?? ['proxy'] };
}

/** What cannot be decoded names no route. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
