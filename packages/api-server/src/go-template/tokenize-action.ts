import { templateError } from './template-error.ts';

/** A word of an action. `spaced`: white space stands before it, which tells `.A .B` from `.A.B`. */
export interface Token {
  readonly kind: 'field' | 'dot' | 'variable' | 'word' | 'number' | 'string' | 'symbol';
  readonly text: string;
  readonly spaced: boolean;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /^(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`)/],
  ['number', /^[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![A-Za-z_])/],
  ['field', /^\.[A-Za-z_][A-Za-z0-9_]*/],
  ['dot', /^\./],
  ['variable', /^\$[A-Za-z0-9_]*/],
  ['word', /^[A-Za-z_][A-Za-z0-9_]*/],
  ['symbol', /^(?::=|=|\||,|\(|\))/],
];

/** The tokens of an action's inside. */
export function tokenizeAction(
  where: { readonly name: string; readonly line: number },
  source: string,
): readonly Token[] {
  const tokens: Token[] = [];
  let rest = source;
  while (rest.trimStart() !== '') {
    const trimmed = rest.trimStart();
    const spaced = trimmed.length < rest.length || tokens.length === 0;
    const token = nextToken(trimmed, spaced);
    if (token === undefined) throw templateError(where, `unexpected ${JSON.stringify(trimmed[0])} in {{${source}}}`);
    tokens.push(token);
    rest = trimmed.slice(token.text.length);
  }
  return tokens;
}

function nextToken(source: string, spaced: boolean): Token | undefined {
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(source);
    if (match !== null) return { kind, text: match[0], spaced };
  }
  return undefined;
}
