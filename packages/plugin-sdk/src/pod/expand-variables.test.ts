import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandVariables, unknownVariables } from './expand-variables.ts';

const values: Readonly<Record<string, string>> = { A: 'alpha', B: '$(A)', EMPTY: '', 'a b': 'spaced', 'x)': 'never' };
const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

describe('expandVariables', () => {
  const outcomes: Record<string, string> = {
    '': '',
    plain: 'plain',
    '$(A)': 'alpha',
    '-$(A)-$(A)-': '-alpha-alpha-',
    '$(B)': '$(A)',
    '$(EMPTY)': '',
    '$(a b)': 'spaced',
    '$(UNKNOWN)': '$(UNKNOWN)',
    '$()': '$()',
    '$$(A)': '$(A)',
    '$$$(A)': '$alpha',
    '$$$$(A)': '$$(A)',
    $$: '$',
    $$$: '$$',
    $: '$',
    $A: '$A',
    '${A}': '${A}',
    '$(A': '$(A',
    '$(A$$': '$(A$',
    '$($(A)': '$($(A)',
    '$(x))': '$(x))',
    '$(A))': 'alpha)',
    a$: 'a$',
    '$(A)$': 'alpha$',
    '$%$(A)': '$%alpha',
    '$($$)': '$($$)',
  };
  it.each(Object.entries(outcomes))('gives for %j the text %j', (text, expanded) => {
    expect(expandVariables(text, lookup)).toBe(expanded);
  });

  it('puts values in untouched, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(expandVariables('<$(V)>', () => value)).toBe(`<${value}>`);
      }),
    );
  });

  it('leaves any text without a dollar sign as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = text.replaceAll('$', '');
        expect(expandVariables(plain, lookup)).toBe(plain);
      }),
    );
  });

  it('is the inverse of doubling every dollar sign', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '(', ')', 'A', 'x')), (parts) => {
        const text = parts.join('');
        expect(
          expandVariables(
            text.replaceAll('$', () => '$$'),
            lookup,
          ),
        ).toBe(text);
      }),
    );
  });

  it('takes a text of nothing but openings without looking for an end again and again', () => {
    const text = '$('.repeat(500_000);
    expect(expandVariables(text, lookup)).toBe(text);
  });
});

describe('unknownVariables', () => {
  it('names the references without a value', () => {
    expect(unknownVariables('$(A)/$(X)/$$(Y)/$(Z)', lookup)).toEqual(['X', 'Z']);
  });
});
