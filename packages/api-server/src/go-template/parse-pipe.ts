import type { Command, Operand, Pipe } from './syntax-tree.ts';
import { templateError } from './template-error.ts';
import { isTemplateFunction } from './template-functions.ts';
import { tokenizeAction, type Token } from './tokenize-action.ts';

/** Where a pipe stands, for its errors. */
export interface Place {
  readonly name: string;
  readonly line: number;
}

/** Reads one after the other. */
interface TokenReader {
  peek(): Token | undefined;
  next(): Token | undefined;
}

/** Parses what stands in an action after its keyword. */
export function parsePipe(place: Place, source: string): Pipe {
  const reader = readTokens(tokenizeAction(place, source));
  const pipe = parse(place, reader);
  const left = reader.peek();
  if (left !== undefined) throw templateError(place, `unexpected ${left.text} in {{${source}}}`);
  return pipe;
}

function readTokens(tokens: readonly Token[]): TokenReader {
  let index = 0;
  return { peek: () => tokens[index], next: () => tokens[index++] };
}

function parse(place: Place, reader: TokenReader): Pipe {
  const first = parseCommand(place, reader);
  const variables = [first[0]];
  while (reader.peek()?.text === ',') {
    reader.next();
    variables.push(parseCommand(place, reader)[0]);
  }
  const operator = reader.peek()?.text;
  if (operator === ':=' || operator === '=') {
    reader.next();
    const names = variables.map((operand) => variableName(place, operand));
    return {
      variables: names,
      assigns: operator === '=',
      commands: parseCommands(place, reader, parseCommand(place, reader)),
    };
  }
  if (variables.length > 1) throw templateError(place, 'a comma may only stand between variables that are declared');
  return { variables: [], assigns: false, commands: parseCommands(place, reader, first) };
}

function variableName(place: Place, operand: Operand): string {
  if (operand.kind === 'variable' && operand.path.length === 0 && operand.name !== '$') return operand.name;
  throw templateError(place, 'only a variable like $name can be given a value');
}

function parseCommands(place: Place, reader: TokenReader, first: Command): readonly Command[] {
  const commands = [first];
  while (reader.peek()?.text === '|') {
    reader.next();
    commands.push(parseCommand(place, reader));
  }
  return commands;
}

function parseCommand(place: Place, reader: TokenReader): Command {
  const first = parseOperand(place, reader);
  if (first === undefined) throw templateError(place, 'a value is missing');
  const rest: Operand[] = [];
  for (;;) {
    const operand = parseOperand(place, reader);
    if (operand === undefined) break;
    rest.push(operand);
  }
  if (first.kind !== 'function' && rest.length > 0) throw templateError(place, 'only a function takes arguments');
  return [first, ...rest];
}

function parseOperand(place: Place, reader: TokenReader): Operand | undefined {
  const token = reader.peek();
  if (token === undefined || (token.kind === 'symbol' && token.text !== '(')) return undefined;
  reader.next();
  switch (token.kind) {
    case 'string':
      return { kind: 'literal', value: unquote(place, token.text) };
    case 'number':
      return { kind: 'literal', value: Number(token.text) };
    case 'dot':
      return { kind: 'dot', path: [] };
    case 'field':
      return { kind: 'dot', path: [token.text.slice(1), ...parsePath(reader)] };
    case 'variable':
      return { kind: 'variable', name: token.text, path: parsePath(reader) };
    case 'word':
      return parseWord(place, token.text);
    case 'symbol':
      return parseParentheses(place, reader);
  }
}

function parsePath(reader: TokenReader): readonly string[] {
  const path: string[] = [];
  for (let token = reader.peek(); token?.kind === 'field' && !token.spaced; token = reader.peek()) {
    reader.next();
    path.push(token.text.slice(1));
  }
  return path;
}

function parseWord(place: Place, word: string): Operand {
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
  if (word === 'nil') return { kind: 'literal', value: undefined };
  if (isTemplateFunction(word)) return { kind: 'function', name: word };
  throw templateError(place, `${word} is no function of job-script templates`);
}

function parseParentheses(place: Place, reader: TokenReader): Operand {
  const pipe = parse(place, reader);
  if (reader.next()?.text !== ')') throw templateError(place, 'a closing parenthesis is missing');
  return { kind: 'pipe', pipe, path: parsePath(reader) };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '"': '"',
  '\\': '\\',
  "'": "'",
  '0': '\0',
};

function unquote(place: Place, quoted: string): string {
  const inside = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inside;
  return inside.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g,
    (_, byte?: string, unit?: string, character?: string) => {
      if (character === undefined) return String.fromCharCode(Number.parseInt(byte ?? unit ?? '', 16));
      const escaped = escapes[character];
      if (escaped === undefined) throw templateError(place, `\\${character} is no known escape`);
      return escaped;
    },
  );
}
