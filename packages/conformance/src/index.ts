export { allChecks } from './checks/all-checks.ts';
export { ConformanceFailure } from './kit/conformance-failure.ts';
export { describeConformance } from './describe-conformance.ts';
export { formatReport, formatResult, formatSummary } from './report/format-report.ts';
export { groupNames } from './kit/check.ts';
export { runConformance } from './run-conformance.ts';

export type { Check, CheckContext, GroupName, PluginFacts } from './kit/check.ts';
export type { CheckResult, Report } from './report/report.ts';
export type { ConformanceOptions } from './run-conformance.ts';
export type { DescribeOptions, TestRunner, TestTarget } from './describe-conformance.ts';
export type { PodFactory, PodSettings, TestContainer, TestPod } from './kit/pod-factory.ts';
export type { RawAnswer, RawRequest, RawTarget, SendRaw } from './kit/raw-request.ts';
export type { ReportFormat } from './report/format-report.ts';
export type { Target } from './open-world.ts';
export type { World } from './kit/world.ts';
