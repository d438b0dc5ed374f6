import { isInterLinkError } from '@interlink/spec';

/** What a failed create means: the pod cannot run here, or it may be tried again, or it is tried again a few times before it counts as refused. */
export type CreateVerdict = 'refused' | 'perhaps-refused' | 'try-again';

/** Tries after which an answer that may be a refusal is one: about a minute, in which a plugin behind a Go API server can be restarted. */
export const triesBeforeRefusal = 8;

/** Go and Python peers answer 500 to everything that fails, a plugin that cannot be reached included; ours say 502 when the backend said no. */
const foreignServerErrors = { least: 500, ours: 502 };

/** Judges the error of a create by its code. What says nothing about the pod itself is tried again for as long as it takes. */
export function judgeCreateError(error: unknown): CreateVerdict {
  if (!isInterLinkError(error)) return 'try-again';
  switch (error.code) {
    case 'ILK_INVALID_INPUT':
    case 'ILK_UNSUPPORTED':
    case 'ILK_CONFLICT':
      return 'refused';
    case 'ILK_BACKEND':
      return judgeBackendError(error.details);
    // Credentials, routes and defects are the operator's to mend, not the pod's fault.
    case 'ILK_UNAUTHENTICATED':
    case 'ILK_FORBIDDEN':
    case 'ILK_NOT_FOUND':
    case 'ILK_UNAVAILABLE':
    case 'ILK_TIMEOUT':
    case 'ILK_INTERNAL':
      return 'try-again';
  }
}

function judgeBackendError({ ambiguous, status }: Readonly<Record<string, unknown>>): CreateVerdict {
  // The answer could not be read: the job may be there.
  if (ambiguous === true) return 'try-again';
  const isForeign =
    typeof status === 'number' && status >= foreignServerErrors.least && status !== foreignServerErrors.ours;
  return isForeign ? 'perhaps-refused' : 'refused';
}
