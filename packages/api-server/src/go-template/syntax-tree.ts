/** A piece of a parsed template. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly line: number; readonly pipe: Pipe }
  | { readonly kind: 'if'; readonly line: number; readonly pipe: Pipe; readonly body: Body; readonly otherwise: Body }
  | { readonly kind: 'with'; readonly line: number; readonly pipe: Pipe; readonly body: Body; readonly otherwise: Body }
  | {
      readonly kind: 'range';
      readonly line: number;
      readonly pipe: Pipe;
      readonly body: Body;
      readonly otherwise: Body;
    }
  | { readonly kind: 'break' | 'continue'; readonly line: number };

/** What stands between two keywords. */
export type Body = readonly TemplateNode[];

/** `$a, $b := command | command`: each command's value is the last argument of the next. */
export interface Pipe {
  readonly variables: readonly string[];
  /** False for `:=`, true for `=`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** A value, or a function's name with arguments. */
export type Command = readonly [Operand, ...Operand[]];

/** A value in an expression. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | undefined }
  | { readonly kind: 'dot'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly path: readonly string[] };
