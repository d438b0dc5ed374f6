import { expect, it } from 'vitest';
import { microTime } from './micro-time.ts';

it('writes times with six fractional digits', () => {
  expect(microTime(new Date('2026-11-23T12:00:00.042Z'))).toBe('2026-11-23T12:00:00.042000Z');
});
