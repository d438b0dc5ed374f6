import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';
import type { Progress, ProgressTask } from './progress.ts';

const lineIntervalMilliseconds = 15_000;

/** Where progress is shown. */
export interface ProgressOptions {
  /** Default: standard error. A terminal gets a bar, anything else lines. */
  readonly stream?: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean };
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}

function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function beginBar(stream: NodeJS.WritableStream, title: string, usually: string): ProgressTask {
  const format = `${title} {bar} {percentage} % | {duration_formatted} (usually ${usually}) {note}`;
  const bar = new SingleBar({ stream, format, clearOnComplete: false, linewrap: false }, Presets.shades_classic);
  bar.start(1, 0, { note: '' });
  return {
    update: (fraction, note = '') => bar.update(fraction, { note }),
    end: () => bar.stop(),
  };
}

function beginLines(write: (line: string) => void, title: string, usually: string): ProgressTask {
  const begun = performance.now();
  let done = 0;
  let last = '';
  write(`${title} (usually ${usually})`);
  const line = (): void =>
    write(`${title}: ${percent(done)} after ${minutesAndSeconds(performance.now() - begun)} ${last}`.trimEnd());
  const timer = setInterval(line, lineIntervalMilliseconds);
  timer.unref();
  return {
    update(fraction, note = '') {
      done = fraction;
      last = note;
    },
    end() {
      clearInterval(timer);
      line();
    },
  };
}

/** Shows progress to a person: a bar on a terminal; elsewhere a line at the start, one every 15 s, and one at the end. */
export function createProgress({ stream = process.stderr }: ProgressOptions = {}): Progress {
  const say = (message: string): void => void stream.write(`${message}\n`);
  return {
    say,
    begin: (title, usually) =>
      stream.isTTY === true
        ? beginBar(stream as unknown as NodeJS.WritableStream, title, usually)
        : beginLines(say, title, usually),
  };
}
