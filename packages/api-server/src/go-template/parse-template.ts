import { parsePipe } from './parse-pipe.ts';
import { splitTemplate, type TemplatePart } from './split-template.ts';
import type { Body, TemplateNode } from './syntax-tree.ts';
import { templateError } from './template-error.ts';

/** Keywords of Go's text/template that open named templates; a job script needs none. */
const unsupportedKeywords = ['define', 'template', 'block'];

/** What ended a body: `end`, or an `else` with what stands after it. */
interface Ending {
  readonly keyword: 'end' | 'else';
  readonly rest: string;
  readonly line: number;
}

/**
 * Parses a template.
 *
 * @param name - Name of the template in errors, e.g. its file.
 * @throws InvalidInputError with name and line.
 */
export function parseTemplate(name: string, source: string): Body {
  const parser = new TemplateParser(name, splitTemplate(name, source));
  const { body, ending } = parser.parseBody(false);
  if (ending !== undefined)
    throw templateError({ name, line: ending.line }, `{{${ending.keyword}}} belongs to nothing`);
  return body;
}

class TemplateParser {
  private index = 0;
  private readonly name: string;
  private readonly parts: readonly TemplatePart[];

  constructor(name: string, parts: readonly TemplatePart[]) {
    this.name = name;
    this.parts = parts;
  }

  parseBody(inRange: boolean): { body: Body; ending?: Ending } {
    const body: TemplateNode[] = [];
    for (;;) {
      const part = this.parts[this.index++];
      if (part === undefined) return { body };
      if (part.kind === 'text') {
        body.push({ kind: 'text', text: part.text });
        continue;
      }
      const [keyword, rest] = splitKeyword(part.text);
      if (keyword === 'end' || keyword === 'else') return { body, ending: { keyword, rest, line: part.line } };
      body.push(this.parseAction(part, keyword, rest, inRange));
    }
  }

  private parseAction(part: TemplatePart, keyword: string, rest: string, inRange: boolean): TemplateNode {
    const { line } = part;
    if (unsupportedKeywords.includes(keyword))
      throw templateError({ name: this.name, line }, `{{${keyword}}} is not supported`);
    if (keyword === 'if' || keyword === 'with' || keyword === 'range')
      return this.parseBlock(keyword, rest, line, inRange);
    if (keyword === 'break' || keyword === 'continue') {
      if (!inRange) throw templateError({ name: this.name, line }, `{{${keyword}}} stands outside of a range`);
      return { kind: keyword, line };
    }
    return { kind: 'action', line, pipe: parsePipe({ name: this.name, line }, part.text) };
  }

  private parseBlock(kind: 'if' | 'with' | 'range', source: string, line: number, inRange: boolean): TemplateNode {
    const place = { name: this.name, line };
    const pipe = parsePipe(place, source);
    const inside = inRange || kind === 'range';
    const { body, ending } = this.parseBody(inside);
    if (ending === undefined) throw templateError(place, `{{${kind}}} has no {{end}}`);
    if (ending.keyword === 'end') return { kind, line, pipe, body, otherwise: [] };
    return { kind, line, pipe, body, otherwise: this.parseElse(kind, ending, line, inRange) };
  }

  /** `{{else if x}}` is an if in the else, which shares the `{{end}}`. */
  private parseElse(kind: string, ending: Ending, line: number, inRange: boolean): Body {
    const [keyword, rest] = splitKeyword(ending.rest);
    if ((keyword === 'if' || keyword === 'with') && keyword === kind)
      return [this.parseBlock(keyword, rest, ending.line, inRange)];
    if (keyword !== '')
      throw templateError({ name: this.name, line: ending.line }, `unexpected ${keyword} after {{else}}`);
    const { body, ending: last } = this.parseBody(inRange);
    if (last?.keyword === 'end') return body;
    throw templateError({ name: this.name, line }, `{{${kind}}} has no {{end}}`);
  }
}

function splitKeyword(text: string): readonly [string, string] {
  const match = /^(if|else|end|range|with|break|continue|define|template|block)\b\s*([\s\S]*)$/.exec(text);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}
