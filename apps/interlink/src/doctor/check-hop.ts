import { isInterLinkError } from '@interlink/spec';

/** What `interlink doctor` found at one hop. */
export interface Finding {
  /** The hop, in the words of the architecture. */
  readonly hop: string;
  readonly verdict: 'well' | 'broken' | 'unasked';
  /** One sentence: what was seen. */
  readonly seen: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** One hop to look at. */
export interface HopCheck {
  readonly hop: string;
  /** Looks, and says what it saw; rejects when the hop is broken, with `ILK_UNSUPPORTED` when it cannot be asked from here. */
  readonly look: () => Promise<string>;
  readonly advice: string;
}

/** Looks at a hop; a rejection becomes a finding. */
export async function checkHop(check: HopCheck): Promise<Finding> {
  try {
    return { hop: check.hop, verdict: 'well', seen: await check.look() };
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    if (error.code === 'ILK_UNSUPPORTED') return { hop: check.hop, verdict: 'unasked', seen: error.message };
    return { hop: check.hop, verdict: 'broken', seen: error.message, advice: check.advice };
  }
}
