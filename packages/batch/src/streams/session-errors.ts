import { BackendError, ConflictError, UnavailableError, UnsupportedError, type InterLinkError } from '@interlink/spec';
import type { NodeOutcome } from './run-on-node.ts';

/** The error of a session that broke after it had begun. */
export function lostError(): InterLinkError {
  return new UnavailableError('the job ended, or the connection to it was lost, before the session came to its end');
}

/** What a scheduler's own program says stands before and after. */
const ownWords = /^interlink: (.*)$/m;

/** The error of a session that `stream.sh`, or the way to it, refused. */
export function refusalError({ exitCode, words }: Extract<NodeOutcome, { kind: 'refused' }>): InterLinkError {
  const own = ownWords.exec(words)?.[1];
  const details = { exitCode };
  if (own !== undefined && exitCode === 125) return new ConflictError(own, { details, field: 'containerName' });
  if (own !== undefined && exitCode === 111) return new UnavailableError(own, { details });
  if (own !== undefined) return new UnsupportedError(own, { details });
  return new BackendError(
    `the machine of the job could not be entered: ${words === '' ? `exit code ${exitCode}` : words}`,
    {
      details,
    },
  );
}
