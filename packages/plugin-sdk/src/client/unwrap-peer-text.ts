const goWrapping = /^HTTP InterLink session .*?:\s+call exit status: \d+\. Body: ([\s\S]*)$/;

const entities: Readonly<Record<string, string>> = {
  '&#34;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

function unescapeHtml(text: string): string {
  return text.replaceAll(/&(?:#34|#39|lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
}

/** The plugin's own words in an error text of the Go API server, which wraps and HTML-escapes them; other text as it is. */
export function unwrapGoError(text: string): string {
  const inner = goWrapping.exec(text)?.[1];
  return inner === undefined ? text : unescapeHtml(inner);
}

/** The text as a JSON object; undefined for everything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

interface FastApiFinding {
  readonly loc?: readonly unknown[];
  readonly msg?: unknown;
}

/** Place and message of a finding. FastAPI adds `input`, a copy of what was sent, which may hold secrets and is left out. */
function describeFinding(finding: FastApiFinding): string {
  return `${(finding.loc ?? []).map(String).join('.')}: ${String(finding.msg)}`;
}

/** What FastAPI peers say under `detail`, a sentence or a list of findings; undefined when there is none. */
export function fastApiDetail(body: Readonly<Record<string, unknown>>): string | undefined {
  const { detail } = body;
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return undefined;
  const findings = detail.filter((item): item is FastApiFinding => typeof item === 'object' && item !== null);
  return findings.map(describeFinding).join('; ');
}
