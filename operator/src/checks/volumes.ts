import type { StoreName } from '../api/index.ts';
import { quantityValue } from '../platform/quantities.ts';
import { refuse, warn } from './finding.ts';
import type { Check, CheckSubject, Finding } from './finding.ts';
import { storeNames } from './resources.ts';

const writtenSize = ({ written }: CheckSubject, store: StoreName) =>
  written.stores?.[store]?.managed?.storage?.size;

function shrinking(subject: CheckSubject, store: StoreName): Finding[] {
  const { profile, stores } = subject.spec;
  const wanted = stores[store].managed?.storage.size;
  const present = subject.accepted?.volumes.get(store)?.size;
  if (wanted === undefined || present === undefined) return [];
  if (quantityValue(wanted) >= quantityValue(present)) return [];
  const field = `spec.stores.${store}.managed.storage.size`;
  return writtenSize(subject, store) === undefined
    ? [
        warn(
          field,
          `the volume stays at ${present}: profile ${profile} asks for ${wanted}, and volumes do not shrink`,
        ),
      ]
    : [refuse(field, `the volume has ${present} and cannot shrink to ${wanted}: set at least ${present}`)];
}

/** CEL compares what was written; what a profile stands for it does not know. */
export const volumesNeverShrink: Check = (subject) =>
  storeNames(subject).flatMap((store) => shrinking(subject, store));

export const volumesKeepTheirClass: Check = (subject) =>
  storeNames(subject).flatMap((store): Finding[] => {
    const wanted = subject.spec.stores[store].managed?.storage;
    const present = subject.accepted?.volumes.get(store);
    if (wanted === undefined || present === undefined || wanted.className === present.className) return [];
    const was = present.className ?? "the cluster's default";
    return [
      refuse(
        `spec.stores.${store}.managed.storage.className`,
        `the volume is of class ${was} and is not moved to another: set it back, or make a new platform and move the data`,
      ),
    ];
  });
