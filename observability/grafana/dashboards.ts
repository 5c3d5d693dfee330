/** The panels of one dashboard, as data: what Grafana needs beyond this is the same for all. */
export interface Panel {
  readonly title: string;
  readonly unit: 's' | 'reqps' | 'percentunit' | 'bytes' | 'short' | 'ops';
  /** PromQL by legend. */
  readonly queries: Readonly<Record<string, string>>;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const requests = 'http_server_request_duration_seconds';

export const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'chatplatform-services',
    title: 'ChatPlatform / Services',
    panels: [
      {
        title: 'Requests',
        unit: 'reqps',
        queries: { '{{component}}': `sum by (component) (rate(${requests}_count[5m]))` },
      },
      {
        title: 'Failed requests',
        unit: 'percentunit',
        queries: {
          '{{component}}': `sum by (component) (rate(${requests}_count{status=~"5.."}[5m])) / sum by (component) (rate(${requests}_count[5m]))`,
        },
      },
      {
        title: 'Time to answer, 99th percentile',
        unit: 's',
        queries: {
          '{{component}}': `histogram_quantile(0.99, sum by (component, le) (rate(${requests}_bucket[5m])))`,
        },
      },
      {
        title: 'Event loop lag, 99th percentile',
        unit: 's',
        queries: { '{{component}}': 'max by (component) (nodejs_eventloop_lag_p99_seconds)' },
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: { '{{component}}': 'sum by (component) (process_resident_memory_bytes{job="services"})' },
      },
      {
        title: 'CPU',
        unit: 'short',
        queries: {
          '{{component}}': 'sum by (component) (rate(process_cpu_seconds_total{job="services"}[5m]))',
        },
      },
    ],
  },
  {
    uid: 'chatplatform-events',
    title: 'ChatPlatform / Events',
    panels: [
      {
        title: 'Published',
        unit: 'ops',
        queries: { '{{type}} {{outcome}}': 'sum by (type, outcome) (rate(events_published_total[5m]))' },
      },
      {
        title: 'Consumed',
        unit: 'ops',
        queries: {
          '{{component}} {{outcome}}': 'sum by (component, outcome) (rate(events_consumed_total[5m]))',
        },
      },
      {
        title: 'Waiting',
        unit: 'short',
        queries: { '{{queue}}': 'sum by (queue) (rabbitmq_detailed_queue_messages{queue=~".+[.]events"})' },
      },
      {
        title: 'Dead letters',
        unit: 'short',
        queries: { '{{queue}}': 'sum by (queue) (rabbitmq_detailed_queue_messages{queue=~".+[.]dead"})' },
      },
    ],
  },
];

const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard in Grafana's own JSON model. */
export function grafanaModel({ uid, title, panels }: Dashboard): Record<string, unknown> {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  return {
    uid,
    title,
    tags: ['chatplatform'],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }],
    },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: panel.title,
      datasource,
      gridPos: { w: WIDTH, h: HEIGHT, x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
      fieldConfig: { defaults: { unit: panel.unit }, overrides: [] },
      targets: Object.entries(panel.queries).map(([legendFormat, expr], target) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + target),
        datasource,
        expr,
        legendFormat,
      })),
    })),
  };
}
