import { isTimeZone } from '../platform/upgrade/maintenance-window.ts';
import { compareVersions, isNextVersion } from '../platform/upgrade/versions.ts';
import { refuse, warn } from './finding.ts';
import type { Check } from './finding.ts';

export const timeZoneExists: Check = ({ spec: { maintenanceWindow } }) =>
  maintenanceWindow === undefined || isTimeZone(maintenanceWindow.timeZone)
    ? []
    : [
        refuse(
          'spec.maintenanceWindow.timeZone',
          `there is no time zone ${JSON.stringify(maintenanceWindow.timeZone)}: use an IANA name such as Europe/Berlin`,
        ),
      ];

export const versionIsTheNext: Check = ({ spec: { version }, currentVersion }) => {
  if (currentVersion === undefined || version === currentVersion) return [];
  if (compareVersions(version, currentVersion) < 0) {
    return [
      warn(
        'spec.version',
        `${version} is older than ${currentVersion}, which serves now: what its migrations took away does not come back, so have a backup of before`,
      ),
    ];
  }
  if (isNextVersion(currentVersion, version)) return [];
  return [
    refuse(
      'spec.version',
      `${currentVersion} serves now, and schemas are migrated one minor version at a time: go to the next one first`,
    ),
  ];
};
