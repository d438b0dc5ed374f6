/** One place that a machine's apt takes packages from. */
export interface AptSource {
  readonly uri: string;
  /** Suites or code names, e.g. `bookworm`. */
  readonly suites: readonly string[];
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** `deb [options] uri suite components…` */
function parseLine(line: string): AptSource[] {
  const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
  return match === null ? [] : [{ uri: match[1] ?? '', suites: [match[2] ?? ''] }];
}

/** Parses a file of one-line entries (`sources.list`). */
export function parseSourcesList(text: string): AptSource[] {
  return text.split('\n').flatMap(parseLine);
}

function parseStanza(stanza: string): AptSource[] {
  const lines = stanza.split('\n').filter((line) => !line.startsWith('#'));
  const fields = new Map<string, string>();
  let last = '';
  for (const line of lines) {
    const field = /^([A-Za-z-]+):(.*)$/.exec(line);
    if (field === null) fields.set(last, `${fields.get(last) ?? ''} ${line}`);
    else fields.set((last = (field[1] ?? '').toLowerCase()), field[2] ?? '');
  }
  if (!words(fields.get('types')).includes('deb') || fields.get('enabled')?.trim() === 'no') return [];
  return words(fields.get('uris')).map((uri) => ({ uri, suites: words(fields.get('suites')) }));
}

/** Parses a file of stanzas (`*.sources`, deb822). */
export function parseSourcesStanzas(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap(parseStanza);
}
