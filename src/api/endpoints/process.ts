import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { me } from '../schema/common.js';

export const getMe = endpoint({
  id: 'getMe',
  method: 'GET',
  path: '/v1/me',
  tag: 'process',
  summary: 'As whom one is heard, and what one may',
  access: 'viewer',
  answers: { 200: me },
});
export const getDocument = endpoint({
  id: 'getDocument',
  method: 'GET',
  path: '/openapi.json',
  tag: 'process',
  summary: 'This document',
  access: 'open',
  answers: { 200: z.record(z.string(), z.unknown()) },
});
export const getHealth = endpoint({
  id: 'getHealth',
  method: 'GET',
  path: '/healthz',
  tag: 'process',
  summary: 'This process runs',
  access: 'open',
  answers: { 200: z.object({ status: z.literal('ok') }) },
});
export const getReadiness = endpoint({
  id: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  tag: 'process',
  summary: 'It can do its work, which needs the store',
  access: 'open',
  answers: { 200: z.object({ status: z.literal('ready') }) },
});
export const getMetrics = endpoint({
  id: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  tag: 'process',
  summary: 'Prometheus’ page; holds no secret',
  access: 'open',
  answers: { 200: z.string() },
  media: 'text/plain',
});
