import { formatValue } from './format-value.ts';
import { lookUpField } from './look-up-field.ts';
import type { Body, Command, Operand, Pipe, TemplateNode } from './syntax-tree.ts';
import { templateError } from './template-error.ts';
import { callTemplateFunction, isTrue } from './template-functions.ts';

/** Variables of a block; a block sees those around it. */
class Scope {
  private readonly values = new Map<string, unknown>();
  private readonly parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  declare(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  assign(name: string, value: unknown): void {
    this.holder(name).values.set(name, value);
  }

  get(name: string): unknown {
    return this.holder(name).values.get(name);
  }

  private holder(name: string): Scope {
    if (this.values.has(name)) return this;
    if (this.parent === undefined) throw new ReferenceError(`${name} is not declared`);
    return this.parent.holder(name);
  }
}

type Outcome = 'break' | 'continue' | undefined;

/** A growing job script must not take the process with it. */
const outputLimitCharacters = 16 * 1024 * 1024;

/** The text of a parsed template for some data. */
export function executeTemplate(name: string, body: Body, data: unknown): string {
  const scope = new Scope();
  scope.declare('$', data);
  const run = new Execution(name);
  run.body(body, data, scope);
  return run.output.join('');
}

class Execution {
  readonly output: string[] = [];
  private readonly name: string;
  private size = 0;

  constructor(name: string) {
    this.name = name;
  }

  body(nodes: Body, dot: unknown, scope: Scope): Outcome {
    for (const node of nodes) {
      const outcome = this.guarded(node, dot, scope);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  private guarded(node: TemplateNode, dot: unknown, scope: Scope): Outcome {
    try {
      return this.node(node, dot, scope);
    } catch (error) {
      const isOwn = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
      if (!isOwn || node.kind === 'text') throw error;
      throw templateError({ name: this.name, line: node.line }, error.message);
    }
  }

  private node(node: TemplateNode, dot: unknown, scope: Scope): Outcome {
    switch (node.kind) {
      case 'text':
        this.write(node.text);
        return undefined;
      case 'action': {
        const value = this.pipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0) this.write(formatValue(value));
        return undefined;
      }
      case 'if':
      case 'with': {
        const inner = new Scope(scope);
        const value = this.pipe(node.pipe, dot, inner);
        if (!isTrue(value)) return this.body(node.otherwise, dot, inner);
        return this.body(node.body, node.kind === 'with' ? value : dot, inner);
      }
      case 'range':
        return this.range(node, dot, scope);
      default:
        return node.kind;
    }
  }

  private range(node: TemplateNode & { kind: 'range' }, dot: unknown, scope: Scope): Outcome {
    const entries = entriesOf(this.pipe({ ...node.pipe, variables: [] }, dot, scope));
    if (entries.length === 0) return this.body(node.otherwise, dot, new Scope(scope));
    for (const [key, value] of entries) {
      const inner = new Scope(scope);
      const [first, second] = node.pipe.variables;
      if (second !== undefined) inner.declare(second, value);
      if (first !== undefined) inner.declare(first, second === undefined ? value : key);
      if (this.body(node.body, value, inner) === 'break') break;
    }
    return undefined;
  }

  private write(text: string): void {
    this.size += text.length;
    if (this.size > outputLimitCharacters) throw new RangeError('the job script is too long');
    this.output.push(text);
  }

  private pipe(pipe: Pipe, dot: unknown, scope: Scope): unknown {
    let value: unknown;
    for (const [position, command] of pipe.commands.entries()) {
      value = this.command(command, position === 0 ? [] : [value], dot, scope);
    }
    for (const name of pipe.variables) {
      if (pipe.assigns) scope.assign(name, value);
      else scope.declare(name, value);
    }
    return value;
  }

  /** @param piped - The value of the command before, the last argument of this one. */
  private command([first, ...rest]: Command, piped: readonly unknown[], dot: unknown, scope: Scope): unknown {
    if (first.kind !== 'function') {
      if (piped.length > 0) throw new TypeError('a value cannot be piped into something that is no function');
      return this.operand(first, dot, scope);
    }
    if (first.name === 'and' || first.name === 'or') return this.shortCircuit(first.name, rest, piped, { dot, scope });
    return callTemplateFunction(first.name, [...rest.map((operand) => this.operand(operand, dot, scope)), ...piped]);
  }

  private shortCircuit(
    name: 'and' | 'or',
    operands: readonly Operand[],
    piped: readonly unknown[],
    context: { dot: unknown; scope: Scope },
  ): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.operand(operand, context.dot, context.scope);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  private operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'function':
        return callTemplateFunction(operand.name, []);
      case 'dot':
        return operand.path.reduce(lookUpField, dot);
      case 'variable':
        return operand.path.reduce(lookUpField, scope.get(operand.name));
      case 'pipe':
        return operand.path.reduce(lookUpField, this.pipe(operand.pipe, dot, scope));
    }
  }
}

/** What a range goes over: a list, a map by key, or the numbers below one. */
function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [...(value as readonly unknown[]).entries()];
  if (typeof value === 'number') return Array.from({ length: value }, (_, index) => [index, index]);
  if (typeof value !== 'object' || value === null) throw new TypeError('range takes a list, a map or a number');
  return Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
}
