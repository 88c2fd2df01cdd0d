import { ModulesContainer } from '@nestjs/core';
import { loadServices } from './services.mjs';

/** Where Nest keeps what `@StreamHandler` was given; `@nestjs/microservices` does not export the names. */
const PATTERN = 'microservices:pattern';
const EXTRAS = 'microservices:pattern_extras';

/** Lays out a service's application without making anything in it. */
export async function withLayout(definition, look) {
  const { createApplication, createLogger } = await import('@agion/service-kit');
  const logger = createLogger({ service: definition.name, level: 'silent' });
  const app = await createApplication(definition, new definition.settings(), logger, true);
  try {
    return await look(app);
  } finally {
    await app.close();
  }
}

const methodsOf = ({ prototype }) =>
  Object.getOwnPropertyNames(prototype)
    .map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.value)
    .filter((value) => typeof value === 'function');

function handlersOf(service, app) {
  const controllers = [...app.get(ModulesContainer).values()].flatMap(({ controllers: found }) => [...found.values()]);
  return controllers
    .flatMap(({ metatype }) => (metatype ? methodsOf(metatype) : []))
    .flatMap((method) => {
      const { streamHandler } = Reflect.getMetadata(EXTRAS, method) ?? {};
      const streams = streamHandler ? Reflect.getMetadata(PATTERN, method) : [];
      return streams.map((stream) => ({ service, stream, group: streamHandler.group, entry: streamHandler.entry }));
    });
}

/** Every method marked `@StreamHandler` in all services: `{service, stream, group, entry}`. */
export async function streamHandlers() {
  const found = [];
  for (const service of await loadServices())
    found.push(...(await withLayout(service, (app) => handlersOf(service.name, app))));
  return found;
}
