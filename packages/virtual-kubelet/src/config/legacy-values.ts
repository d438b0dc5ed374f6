import { z } from 'zod';

/** Go decodes numbers into string fields. */
const written = z.union([z.string(), z.number().transform(String)]).transform((value) => value.trim());

/** A text; an empty one means unset. */
export const optionalText = z
  .union([written, z.null()])
  .optional()
  .transform((value) => (value === '' || value === null ? undefined : value));

/** A flag; null means unset. */
export const optionalFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

/** A number of seconds, zero included. */
export const optionalSeconds = z
  .number()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined);

/** A number that is at least 1. */
export const optionalCount = z
  .number()
  .int()
  .positive()
  .nullish()
  .transform((value) => value ?? undefined);
