import type { Check } from '../kit/check.ts';
import { abortChecks } from './abort-checks.ts';
import { attachChecks } from './attach-checks.ts';
import { badInputChecks } from './bad-input-checks.ts';
import { byteChecks } from './byte-checks.ts';
import { createChecks } from './create-checks.ts';
import { deleteChecks } from './delete-checks.ts';
import { eventChecks } from './event-checks.ts';
import { execChecks } from './exec-checks.ts';
import { featureChecks } from './feature-checks.ts';
import { idempotenceChecks } from './idempotence-checks.ts';
import { injectionChecks } from './injection-checks.ts';
import { listChecks } from './list-checks.ts';
import { logChecks } from './log-checks.ts';
import { pingChecks } from './ping-checks.ts';
import { portForwardChecks } from './port-forward-checks.ts';
import { restartChecks } from './restart-checks.ts';
import { statusChecks } from './status-checks.ts';
import { updateChecks } from './update-checks.ts';

/** Every sentence of the contract, by group. */
export const allChecks: readonly Check[] = [
  ...pingChecks,
  ...createChecks,
  ...byteChecks,
  ...injectionChecks,
  ...idempotenceChecks,
  ...statusChecks,
  ...logChecks,
  ...deleteChecks,
  ...listChecks,
  ...eventChecks,
  ...execChecks,
  ...attachChecks,
  ...portForwardChecks,
  ...updateChecks,
  ...featureChecks,
  ...badInputChecks,
  ...abortChecks,
  ...restartChecks,
];
