import { defaultRelease } from '../binaries/kubernetes-release.ts';
import { reasonOf } from './known-failures.ts';
import type { SpecResult } from './read-suite-report.ts';

const longestMessage = 200;

/** The first line of what the suite said, without what Markdown takes for itself. */
function shorten(message = 'no message'): string {
  const line = message.split('\n')[0] ?? '';
  return line.slice(0, longestMessage).replace(/[|<>`*]/g, ' ');
}

function row({ name, passed, message }: SpecResult): string {
  const reason = passed ? '' : (reasonOf(name) ?? `Not known. The suite says: ${shorten(message)}`);
  const title = name.replace(/^\[sig-node\] /, '').replace(/ \[(Node)?Conformance\]/g, '');
  return `| ${title.replace(/[|<>`*]/g, String.raw`\$&`)} | ${passed ? 'passed' : 'failed'} | ${reason} |`;
}

/** The reference page: every spec with its result, and the reason where it failed. Markdown; the same results give the same text. */
export function formatSuiteReport(results: readonly SpecResult[]): string {
  const passed = results.filter((result) => result.passed).length;
  return `${[
    '# Conformance',
    '',
    '<!-- Written by `npm run conformance:kubernetes -- --report FILE`. -->',
    '',
    `The conformance specs of SIG Node in Kubernetes’ own end-to-end suite, ${defaultRelease.version}, against a virtual node of the process backend with Apptainer 1.4.5, as root:`,
    `**${passed} of ${results.length} pass.** The images are stand-ins that the testbed makes from busybox, bash, curl and agnhost. How to run them: [Kubernetes’ end-to-end tests](../guides/conformance.md).`,
    '',
    '| spec | result | reason |',
    '| --- | --- | --- |',
    ...results.map(row),
  ].join('\n')}\n`;
}
