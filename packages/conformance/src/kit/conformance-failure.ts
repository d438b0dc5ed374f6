/** A sentence of the contract that does not hold: what was expected and what came. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

/** Ends a check that does not apply after all, with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}
