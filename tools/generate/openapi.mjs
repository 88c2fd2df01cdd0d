import { format } from 'prettier';
import { loadServices } from './services.mjs';
import { mergeDocuments, publicDocument } from './openapi-merge.mjs';

/** One service's own document: its application is laid out but nothing in it is made, so no server is needed. */
async function documentOf(definition) {
  const [{ createApplication, createLogger }, { DocumentBuilder, SwaggerModule }] = await Promise.all([
    import('@agion/service-kit'),
    import('@nestjs/swagger'),
  ]);
  const logger = createLogger({ service: definition.name, level: 'silent' });
  const app = await createApplication(definition, new definition.settings(), logger, true);
  try {
    return SwaggerModule.createDocument(app, new DocumentBuilder().build(), {
      operationIdFactory: (_controller, method) => method,
    });
  } finally {
    await app.close();
  }
}

/** The merged document of all services, each under the path it has at the gateway. */
export async function mergedDocument() {
  const [{ ROUTES, routeDifferences }, { VERSION }, services] = await Promise.all([
    import('@agion/gateway'),
    import('@agion/service-kit'),
    loadServices(),
  ]);
  const documents = [];
  for (const service of services) documents.push(publicDocument(service.name, await documentOf(service)));
  const merged = mergeDocuments(documents, { routes: ROUTES, version: VERSION });
  return { document: merged, differences: routeDifferences(ROUTES, merged.paths) };
}

/** `libs/dto/openapi.json`. @throws Error when the services and the gateway's route table do not say the same */
export async function openApi() {
  const { document, differences } = await mergedDocument();
  if (differences.length > 0)
    throw new Error(`apps/gateway/src/routing/routes.ts and the services differ:\n  ${differences.join('\n  ')}`);
  return format(JSON.stringify(document), { parser: 'json', printWidth: 120 });
}
