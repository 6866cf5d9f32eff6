import type { FastifyInstance } from 'fastify';
import { getDocument, getMe } from './endpoints/process.js';
import { openApiDocument } from './openapi.js';
import { serve } from './serve.js';

/** What the api is, and who one is to it. */
export function documentRoutes(server: FastifyInstance): void {
  const document = openApiDocument();
  serve(server, getDocument, async () => document);
  serve(server, getMe, async ({ who: { subject, name, role, roles } }) => ({
    subject,
    name,
    role: role ?? 'viewer',
    roles: [...roles],
  }));
}
