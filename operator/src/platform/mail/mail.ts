import type { Component } from '../component.ts';
import { EXTERNAL } from '../component.ts';
import { objectName } from '../labels.ts';
import { tcpProbe } from '../pods.ts';
import { toolComponentObjects } from '../tool.ts';
import { deploymentHealth } from '../workload-health.ts';

const COMPONENT = 'mail';

const ENV = Object.entries({
  MAILDEV_SMTP_PORT: '1025',
  MAILDEV_WEB_PORT: '1080',
  MAILDEV_IP: '0.0.0.0',
  MAILDEV_WEB_IP: '0.0.0.0',
  MAILDEV_MAIL_DIRECTORY: '/tmp/maildev',
}).map(([name, value]) => ({ name, value }));

/** Catches the mail of profile Development; elsewhere a real SMTP server sends it. */
export const mail: Component = {
  name: COMPONENT,
  condition: 'MailReady',
  desired: (platform) => {
    if (platform.spec.mail.sink === undefined) return [];
    return toolComponentObjects(platform, {
      component: COMPONENT,
      servicePorts: { smtp: 1025, web: 1080 },
      container: {
        image: platform.images.maildev,
        ports: { smtp: 1025, web: 1080 },
        env: ENV,
        resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '192Mi' } },
        readiness: tcpProbe('smtp', { periodSeconds: 3 }),
      },
    });
  },
  health: (platform, observed) =>
    platform.spec.mail.sink === undefined
      ? EXTERNAL
      : deploymentHealth(observed, COMPONENT, objectName(platform, COMPONENT)),
};
