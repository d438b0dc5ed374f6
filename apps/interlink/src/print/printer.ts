import { styleText } from 'node:util';

/** What a line is about; chooses its colour. */
export type Tone = 'plain' | 'good' | 'bad' | 'warning' | 'quiet' | 'heading';

/** Writes for people: colours only on a terminal that wants them. */
export interface Printer {
  line(text: string, tone?: Tone): void;
  /** The text in the tone's colour, for a part of a line. */
  paint(text: string, tone: Tone): string;
}

const colours = {
  plain: 'reset',
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  quiet: 'gray',
  heading: 'bold',
} as const satisfies Record<Tone, string>;

/** A printer on a stream; `styleText` looks at the terminal and at NO_COLOR. */
export function createPrinter(stream: NodeJS.WriteStream = process.stdout): Printer {
  const paint = (text: string, tone: Tone): string =>
    tone === 'plain' ? text : styleText(colours[tone], text, { stream, validateStream: true });
  return { paint, line: (text, tone = 'plain') => void stream.write(`${paint(text, tone)}\n`) };
}
