import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { DEFAULT_ORGANIZATION, type Organization } from '@agion/wire';
import { asOwner, type TestDatabase } from './database.js';

/** Another tenant, written as its owner would: services only read this table. */
export async function addOrganization(database: TestDatabase, slug: string): Promise<Organization> {
  const organization = { id: randomUUID(), slug };
  await asOwner(database, (client) =>
    client.query('INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, $2, $2)', [
      organization.id,
      slug,
    ]),
  );
  return organization;
}

/**
 * Stands where the environment says the registry is and answers the one question other services ask it at their start.
 * For suites of a service that may not import the registry. @returns how to stop it
 */
export async function serveOrganizations(
  env: Readonly<Record<string, string>>,
  organizations: readonly Organization[],
): Promise<() => Promise<void>> {
  const body = JSON.stringify({ items: [DEFAULT_ORGANIZATION, ...organizations] });
  const server: Server = createServer((request, response) => {
    response.writeHead(request.url === '/internal/organizations' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(body);
  });
  server.listen(Number(env.REGISTRY_PORT), '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}
