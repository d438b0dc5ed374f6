/** What became of a spec. */
export interface SpecResult {
  /** The whole name, with the names of what it is in. */
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What the suite says of a failure. */
  readonly message?: string;
}

/** What ginkgo writes with `--json-report`, as far as it is read. */
type Report = readonly {
  readonly SpecReports?:
    | readonly {
        readonly LeafNodeType: string;
        readonly ContainerHierarchyTexts?: readonly string[] | null;
        readonly LeafNodeText: string;
        readonly State: string;
        /** Nanoseconds. */
        readonly RunTime: number;
        readonly Failure?: { readonly Message?: string };
      }[]
    | null;
}[];

const notRun = new Set(['skipped', 'pending', '']);
const nanosecondsPerSecond = 1e9;

/** The specs that were run, in the order of their names. */
export function readSuiteReport(text: string): SpecResult[] {
  const specs = (JSON.parse(text) as Report).flatMap(({ SpecReports }) => SpecReports ?? []);
  return specs
    .filter(({ LeafNodeType, State }) => LeafNodeType === 'It' && !notRun.has(State))
    .map(({ ContainerHierarchyTexts, LeafNodeText, State, RunTime, Failure }) => ({
      name: [...(ContainerHierarchyTexts ?? []), LeafNodeText].join(' '),
      passed: State === 'passed',
      seconds: RunTime / nanosecondsPerSecond,
      ...(Failure?.Message === undefined || State === 'passed' ? {} : { message: Failure.Message }),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
