import type { Check, CheckSubject, Finding } from './finding.ts';
import { hostnameIsFree, nodePortIsFree } from './neighbours.ts';
import { timeZoneExists, versionIsTheNext } from './operations.ts';
import { overriddenContainersAreNamed, overridesStayRestricted, settingsStayWhereTheyAre } from './pods.ts';
import {
  dataOutlivesThePlatform,
  edgeHasTls,
  everythingRuns,
  highAvailabilityNeedsClusters,
  networkIsFenced,
  storesAreReachedByTls,
  tracingIsSampled,
} from './production.ts';
import { limitsCoverRequests, sqlServerHasMemory } from './resources.ts';
import { volumesKeepTheirClass, volumesNeverShrink } from './volumes.ts';

/**
 * What the schema cannot say. The same list is run at admission, by the webhook, and in every reconcile: a platform that
 * was stored while the webhook was away is judged all the same.
 */
export const CHECKS: readonly Check[] = [
  limitsCoverRequests,
  sqlServerHasMemory,
  volumesNeverShrink,
  volumesKeepTheirClass,
  timeZoneExists,
  versionIsTheNext,
  hostnameIsFree,
  nodePortIsFree,
  overriddenContainersAreNamed,
  settingsStayWhereTheyAre,
  overridesStayRestricted,
  highAvailabilityNeedsClusters,
  dataOutlivesThePlatform,
  edgeHasTls,
  storesAreReachedByTls,
  networkIsFenced,
  everythingRuns,
  tracingIsSampled,
];

export const checkSpec = (subject: CheckSubject): readonly Finding[] =>
  CHECKS.flatMap((check) => check(subject));
