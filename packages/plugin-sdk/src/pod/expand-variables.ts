/**
 * Kubernetes' `$(NAME)` expansion: a known name gives its value, an unknown one stays as written, `$$` gives `$`
 * (so `$$(NAME)` gives the text `$(NAME)`). Values are not expanded again.
 */
export function expandVariables(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  // Beyond the last ")" no reference can end: looking for one there from every "$(" would take quadratic time.
  const end = text.lastIndexOf(')') + 1;
  const head = text.slice(0, end).replace(/\$(?:\$|\(([^)]*)\))/g, (written, name: string | undefined) => {
    return name === undefined ? '$' : (lookup(name) ?? written);
  });
  return head + text.slice(end).replaceAll('$$', () => '$');
}

/** The names of the references in a text that have no value. */
export function unknownVariables(text: string, lookup: (name: string) => string | undefined): string[] {
  const unknown: string[] = [];
  expandVariables(text, (name) => {
    const value = lookup(name);
    if (value === undefined) unknown.push(name);
    return value;
  });
  return unknown;
}
