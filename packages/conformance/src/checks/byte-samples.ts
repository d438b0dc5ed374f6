import fc from 'fast-check';

const samples = 60;
const longTextBytes = 100_000;
const largeFileBytes = 300_000;

/** Values that code gets wrong which joins, quotes, splits, trims or decodes. */
const awkwardTexts: readonly string[] = [
  '',
  ' ',
  '  a  b  ',
  '\n',
  'ends with a newline\n',
  '\n\nlines\n\nbetween\n',
  'a\r\nb\r',
  'a\tb',
  '-n',
  '-e',
  '-',
  '--',
  '--help',
  '-c',
  "'",
  '"',
  `'"'"'`,
  '\\',
  '\\\\',
  '\\n\\0\\c',
  '%s%d%%',
  '$HOME ${HOME} $$ $? $(id) $((1+1)) `id`',
  '~ * ? [a-z] {a,b} !! # ; & | < > ()',
  'a=b',
  '=',
  ',:@/',
  '\u0001\u0007\b\u001b[31m\u007f',
  '\u0080\u0085\u00a0\ufeff\u2028\u202e\ufffd\uffff',
  'e\u0301 ß 漢字 \u{1f600}\u{10ffff}',
  '#SBATCH --hold',
  'x'.repeat(longTextBytes),
];

const punctuation = Array.from(` \t\n'"\\$\`(){}[]<>|&;#~*?!%=,:-ax`);

const withoutNul = (text: string): string => text.replaceAll('\0', '\u0001');

/** Any text that an argument or a variable can hold: Unicode without NUL, with and without much punctuation. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }).map(withoutNul),
  fc.string({ unit: fc.constantFrom(...punctuation), maxLength: 40 }),
);

/** The awkward texts and many random ones; the same for the same seed. */
export function sampleTexts(seed: number): readonly string[] {
  return [...awkwardTexts, ...fc.sample(texts, { seed, numRuns: samples })];
}

/** Names that shells, schedulers and container runtimes give a meaning to, or cannot hold. */
const awkwardNames: readonly string[] = [
  'a',
  '_',
  '__',
  'a.b',
  'a-b',
  '.',
  '-',
  '-n',
  '--unset',
  'lower_case',
  'x'.repeat(250),
  ...['IFS', 'PS1', 'PS4', 'ENV', 'BASH_ENV', 'BASHOPTS', 'SHELLOPTS', 'SHLVL', 'UID', 'EUID', 'PPID', 'RANDOM'],
  ...['SECONDS', 'LINENO', 'OPTIND', 'REPLY', 'TMOUT', 'POSIXLY_CORRECT', 'GLOBIGNORE', 'CDPATH', 'HISTFILE'],
  ...['PWD', 'OLDPWD', 'USER', 'LOGNAME', 'HOSTNAME', 'TERM', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'XDG_RUNTIME_DIR'],
  ...['SLURM_JOB_ID', 'SBATCH_ACCOUNT', 'APPTAINER_BIND', 'APPTAINERENV_X', 'SINGULARITYENV_X', '_CONDOR_SLOT'],
  ...['PYTHONPATH', 'NODE_OPTIONS', 'PERL5OPT', 'HTTP_PROXY', 'http_proxy', 'KUBERNETES_SERVICE_HOST'],
  ...['job', 'runner', 'name', 'il_argv', 'il_files'],
];

/** Names of variables as Kubernetes has always allowed them; each once. */
export function sampleNames(seed: number): readonly string[] {
  const names = fc.stringMatching(/^[-._a-zA-Z][-._a-zA-Z0-9]{0,30}$/);
  return [...new Set([...awkwardNames, ...fc.sample(names, { seed, numRuns: samples })])];
}

/** Names as newer versions of Kubernetes allow them: any printable ASCII but `=`. */
export function samplePrintableNames(seed: number): readonly string[] {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter((c) => c !== '=');
  const names = fc.string({ unit: fc.constantFrom(...printable), minLength: 1, maxLength: 20 });
  const awkward = [
    '1a',
    '0',
    'a b',
    ' ',
    '$(id)',
    "a'b",
    'a"b',
    'a\\b',
    '%%',
    'BASH_FUNC_x%%',
    '{',
    '#',
    '*',
    'a:b',
    'a,b',
  ];
  return [...new Set([...awkward, ...fc.sample(names, { seed, numRuns: samples })])];
}

/** Files by their names, as a ConfigMap or Secret can hold them. */
export function sampleFiles(seed: number): ReadonlyMap<string, Buffer> {
  const contents = fc.sample(fc.uint8Array({ maxLength: 2000 }), { seed, numRuns: samples / 2 });
  const [large] = fc.sample(fc.uint8Array({ minLength: largeFileBytes, maxLength: largeFileBytes, size: 'max' }), {
    seed,
    numRuns: 1,
  });
  const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
  const awkward: [name: string, content: Uint8Array][] = [
    ['empty', Buffer.alloc(0)],
    ['every-byte', everyByte],
    ['only-zeros', Buffer.alloc(5000)],
    ['no-newline', Buffer.from('no newline')],
    ['ends-with-newlines', Buffer.from('\n\n\n')],
    ['windows', Buffer.from('a\r\nb\r\n')],
    ['byte-order-mark', Buffer.from('\ufeffa')],
    ['large', large ?? Buffer.alloc(0)],
    ['.hidden', Buffer.from('hidden')],
    ['-dash', Buffer.from('dash')],
    ['--option', Buffer.from('option')],
    ['a..b', Buffer.from('dots')],
    ['_', Buffer.from('underscore')],
    ['n'.repeat(250), Buffer.from('long name')],
  ];
  const random = contents.map((content, index): [string, Uint8Array] => [`random-${index}`, content]);
  return new Map([...awkward, ...random].map(([name, content]) => [name, Buffer.from(content)]));
}
