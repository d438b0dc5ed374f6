import { codeFromHttpStatus, errorFromCode, type InterLinkError } from '@interlink/spec';
import { fastApiDetail, parseObject, unwrapGoError } from './unwrap-peer-text.ts';

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly text: string;
  /** What was asked, for the message: `create`, `ping`, … */
  readonly operation: string;
  /** URL of the peer, for the message. */
  readonly peer: string;
}

const maximumWordsBytes = 4096;

/** The first 4 KiB of a text, never half a character. */
export function trimWords(text: string): string {
  const words = text.trim();
  const bytes = Buffer.from(words);
  if (bytes.length <= maximumWordsBytes) return words;
  return `${bytes
    .subarray(0, maximumWordsBytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}

function wordsOf(text: string): string {
  const body = parseObject(text);
  return trimWords((body === undefined ? undefined : fastApiDetail(body)) ?? text);
}

/** The Go API server answers a ping it cannot pass on with the text `503`, behind the plugin's words if there are any. */
function withoutPingTrailer(answer: FailedAnswer): string {
  return answer.operation === 'ping' ? answer.text.trim().replace(/503$/, '') : answer.text;
}

function emptyAnswer(answer: FailedAnswer): string {
  const because = answer.status === 500 ? ' (a Go API server answers so when it cannot reach its plugin)' : '';
  return `no explanation${because}`;
}

/**
 * The error that a peer's answer stands for: of our own peers by its code, of foreign ones by the status, with their words.
 *
 * @remarks `details.code` is there where the peer told a code itself: a 404 with it is about what was asked for, not about the route. A 500 of a foreign peer is a BackendError: the Go and Python plugins answer everything so, refusals too.
 */
export function errorFromAnswer(answer: FailedAnswer): InterLinkError {
  const text = unwrapGoError(withoutPingTrailer(answer));
  const details = { peer: answer.peer, status: answer.status };
  const { code, message, field } = parseObject(text) ?? {};
  if (typeof code === 'string' && code.startsWith('ILK_') && typeof message === 'string') {
    return errorFromCode(code, trimWords(message), {
      details: { ...details, code },
      ...(typeof field === 'string' ? { field } : {}),
    });
  }
  const words = wordsOf(text);
  const said = words === '' ? emptyAnswer(answer) : words;
  const sentence = `${answer.operation}: ${answer.peer} answered ${answer.status}: ${said}`;
  return errorFromCode(codeFromHttpStatus(answer.status), sentence, { details });
}
