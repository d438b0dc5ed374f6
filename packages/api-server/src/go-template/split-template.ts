import { templateError } from './template-error.ts';

/** Text, or the inside of one `{{ }}`, with the line it starts in. */
export interface TemplatePart {
  readonly kind: 'text' | 'action';
  readonly text: string;
  readonly line: number;
}

const spaces = ' \t\r\n';

/** Cuts a template into text and actions; `{{-` and `-}}` trim the text beside them, comments are left out. */
export function splitTemplate(name: string, source: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let position = 0;
  let trimNext = false;
  while (position < source.length) {
    const open = source.indexOf('{{', position);
    const end = open === -1 ? source.length : open;
    const trimsBefore = open !== -1 && source[open + 2] === '-' && spaces.includes(source[open + 3] ?? '');
    const text = trim(source.slice(position, end), trimNext, trimsBefore);
    if (text !== '') parts.push({ kind: 'text', text, line: lineAt(source, position) });
    if (open === -1) break;
    const line = lineAt(source, open);
    const start = open + (trimsBefore ? 3 : 2);
    const close = findClose(source, start);
    if (close === undefined) throw templateError({ name, line }, 'an action has no closing }}');
    trimNext = source[close - 1] === '-' && spaces.includes(source[close - 2] ?? '');
    const inside = source.slice(start, trimNext ? close - 1 : close).trim();
    if (!inside.startsWith('/*')) parts.push({ kind: 'action', text: inside, line });
    position = close + 2;
  }
  return parts;
}

function trim(text: string, atStart: boolean, atEnd: boolean): string {
  const left = atStart ? text.replace(/^[ \t\r\n]+/, '') : text;
  return atEnd ? left.replace(/[ \t\r\n]+$/, '') : left;
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split('\n').length;
}

/** The position of `}}`, which may also stand in a string or a comment. */
function findClose(source: string, start: number): number | undefined {
  const comment = /^\s*\/\*/.test(source.slice(start));
  if (comment) {
    const end = source.indexOf('*/', start);
    const close = end === -1 ? -1 : source.indexOf('}}', end);
    return close === -1 ? undefined : close;
  }
  let quote: string | undefined;
  for (let position = start; position < source.length; position += 1) {
    const character = source[position];
    if (quote !== undefined) {
      if (character === '\\' && quote === '"') position += 1;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === '`') quote = character;
    else if (source.startsWith('}}', position)) return position;
  }
  return undefined;
}
