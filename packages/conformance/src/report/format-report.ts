import type { CheckResult, Report } from './report.ts';

/** How a report is written for people. */
export interface ReportFormat {
  /** Colours, for a terminal. Default false. */
  readonly colours?: boolean;
  /** Longest line, in characters. Default 80. */
  readonly width?: number;
}

const marks: Readonly<Record<CheckResult['outcome'], { readonly mark: string; readonly colour: number }>> = {
  passed: { mark: 'ok  ', colour: 32 },
  failed: { mark: 'FAIL', colour: 31 },
  'not-applicable': { mark: 'n/a ', colour: 2 },
};

const defaultWidth = 80;
const nameIndent = 7;

/** One result as lines: the mark, the sentence, and below it what went wrong. */
export function formatResult(result: CheckResult, format: ReportFormat = {}): string {
  const { mark, colour } = marks[result.outcome];
  const width = format.width ?? defaultWidth;
  const paint = (text: string): string => (format.colours === true ? `\u001B[${colour}m${text}\u001B[0m` : text);
  const [first = '', ...rest] = wrap(result.name, width - nameIndent);
  const lines = [`  ${paint(mark)} ${first}`, ...rest.map((line) => `${' '.repeat(nameIndent)}${line}`)];
  const message = result.message === undefined ? [] : wrap(result.message, width - nameIndent - 2);
  return [...lines, ...message.map((line) => `${' '.repeat(nameIndent + 2)}${paint(line)}`)].join('\n');
}

/** The closing lines: who was checked against what, and the counts. */
export function formatSummary(report: Report, format: ReportFormat = {}): string {
  const contract = report.isForeign
    ? 'It announces no extension: the contract of the Go and Python plugins was checked.'
    : `It announces: ${report.features.length === 0 ? 'no optional feature' : report.features.join(', ')}.`;
  const counts = `${report.passed} passed, ${report.failed} failed, ${report.notApplicable} not applicable`;
  const lines = wrap(`${report.target}: ${contract}`, format.width ?? defaultWidth);
  return [...lines, counts].join('\n');
}

/** The whole report as text, grouped. */
export function formatReport(report: Report, format: ReportFormat = {}): string {
  const groups = [...new Set(report.results.map((result) => result.group))];
  const parts = groups.map((group) => {
    const results = report.results.filter((result) => result.group === group);
    return [group, ...results.map((result) => formatResult(result, format))].join('\n');
  });
  return `${[...parts, formatSummary(report, format)].join('\n\n')}\n`;
}

/** Cuts a text into lines at spaces; a word that is longer than a line is cut. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((long) => cut(long, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function cut(word: string, width: number): readonly string[] {
  return word.length <= width ? [word] : [word.slice(0, width), ...cut(word.slice(width), width)];
}
