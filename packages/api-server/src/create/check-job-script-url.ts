import { ForbiddenError, InvalidInputError } from '@interlink/spec';

/** Where pod data may be posted to. */
export interface JobScriptPolicy {
  /** The builder that the administrator named; always allowed, and used for requests that name none. */
  readonly builderUrl?: string;
  /** Hosts that a request may name, as `host` (the scheme's own port) or `host:port`. Default: none. */
  readonly allowedHosts?: readonly string[];
}

const field = 'jobscriptURL';

/**
 * The URL of the job-script builder for a request, checked; undefined when neither request nor policy names one.
 *
 * A builder receives the pod with its secrets, so a request may not send them anywhere it likes.
 *
 * @throws InvalidInputError when it is no http or https URL; ForbiddenError when its host is not allowed.
 */
export function checkJobScriptUrl(requested: string | null | undefined, policy: JobScriptPolicy): URL | undefined {
  const text = requested?.trim() ?? '';
  if (text === '') return policy.builderUrl === undefined ? undefined : new URL(policy.builderUrl);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidInputError(`${field} must be an http or https URL`, { field });
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidInputError(`${field} must not hold a user or password`, { field });
  }
  if (isAllowed(url, policy)) return url;
  throw new ForbiddenError(`${field}: the host ${url.host} is not in the list of allowed job-script builders`, {
    field,
  });
}

function isAllowed(url: URL, policy: JobScriptPolicy): boolean {
  if (policy.builderUrl !== undefined && new URL(policy.builderUrl).href === url.href) return true;
  const hosts = (policy.allowedHosts ?? []).map((host) => host.toLowerCase());
  return (url.port === '' && hosts.includes(url.hostname)) || hosts.includes(`${url.hostname}:${portOf(url)}`);
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}
