import { z } from 'zod';
import { entityId } from '../../ids.ts';
import { device, deviceList, notificationList, preferences, registerDeviceRequest } from '../notification.ts';
import type { Route } from './route.ts';

const listQuery = z.strictObject({
  before: entityId.optional().describe('the id of the last one already seen'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const notificationRoutes: readonly Route[] = [
  {
    service: 'notification',
    operationId: 'listNotifications',
    method: 'get',
    path: '/api/v1/notifications',
    summary: "The caller's notifications, the newest first",
    access: 'user',
    query: listQuery,
    responses: { 200: { description: 'A page of notifications', schema: notificationList } },
  },
  {
    service: 'notification',
    operationId: 'getPreferences',
    method: 'get',
    path: '/api/v1/notifications/preferences',
    summary: 'How the caller wants to be notified',
    access: 'user',
    responses: { 200: { description: 'The preferences', schema: preferences } },
  },
  {
    service: 'notification',
    operationId: 'putPreferences',
    method: 'put',
    path: '/api/v1/notifications/preferences',
    summary: 'Choose how to be notified',
    access: 'user',
    body: { schema: preferences },
    responses: { 200: { description: 'The preferences as they are now', schema: preferences } },
  },
  {
    service: 'notification',
    operationId: 'listDevices',
    method: 'get',
    path: '/api/v1/notifications/devices',
    summary: 'The devices that get pushes',
    access: 'user',
    responses: { 200: { description: 'The devices, without their tokens', schema: deviceList } },
  },
  {
    service: 'notification',
    operationId: 'registerDevice',
    method: 'post',
    path: '/api/v1/notifications/devices',
    summary: 'Let a device get pushes',
    access: 'user',
    body: { schema: registerDeviceRequest },
    responses: { 201: { description: 'The device', schema: device } },
    problems: { 409: ['device.too-many'] },
  },
  {
    service: 'notification',
    operationId: 'removeDevice',
    method: 'delete',
    path: '/api/v1/notifications/devices/{deviceId}',
    summary: 'Send a device no more pushes',
    access: 'user',
    parameters: { deviceId: entityId },
    responses: { 204: { description: 'The device is forgotten' } },
    problems: { 404: ['device.not-found'] },
  },
];
