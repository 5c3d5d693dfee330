import { DISABLED, manifest } from '../component.ts';
import type { Component } from '../component.ts';
import { componentConfigMap } from '../configuration/configuration.ts';
import { GRAFANA_DASHBOARDS } from './assets.generated.ts';

const COMPONENT = 'dashboards';

/** Dashboards as a ConfigMap that Grafana's sidecar finds by its label. */
export const dashboards: Component = {
  name: COMPONENT,
  condition: 'DashboardsReady',
  desired: (platform) => {
    const object = componentConfigMap(platform, COMPONENT, GRAFANA_DASHBOARDS);
    const labels = { ...object.metadata.labels, grafana_dashboard: '1' };
    return [manifest({ ...object, metadata: { ...object.metadata, labels } })];
  },
  // Nothing runs, so there is nothing to be healthy.
  health: () => DISABLED,
};
