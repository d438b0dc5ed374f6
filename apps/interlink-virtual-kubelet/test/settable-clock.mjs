/**
 * Loaded into a process of a test before everything else: its wall clock is off by the milliseconds in the file $TEST_CLOCK_FILE, as if an administrator had set the
 * machine's clock. What never jumps on a machine, `performance.now` and timers, does not here either.
 */
import { readFileSync } from 'node:fs';
import { setInterval } from 'node:timers';

const file = process.env['TEST_CLOCK_FILE'] ?? '';
const lookMilliseconds = 20;
const RealDate = Date;
let offset = 0;

function look() {
  // Empty in the middle of a write.
  offset = Number(readFileSync(file, 'utf8')) || offset;
}

look();
setInterval(look, lookMilliseconds).unref();
const now = () => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
