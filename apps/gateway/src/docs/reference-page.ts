import type { ApiDocument } from './api-document.js';

/** The readable reference: a page and the script it loads. */
export interface ReferencePage {
  readonly html: string;
  readonly script: Buffer;
}

const PREFIX = '/docs';
const ITS_SCRIPT = `${PREFIX}/js/scalar.js`;

/** Where the gateway serves the script. */
export const SCRIPT_PATH = `${PREFIX}/reference.js`;

/**
 * Renders the reference with Scalar. Its package carries four megabytes of script, so it is loaded when somebody first looks,
 * in a Fastify of its own that lives for these two questions.
 */
export async function renderReference(document: ApiDocument): Promise<ReferencePage> {
  const [{ fastify }, { default: scalar }] = await Promise.all([
    import('fastify'),
    import('@scalar/fastify-api-reference'),
  ]);
  const renderer = fastify();
  await renderer.register(scalar, {
    routePrefix: PREFIX,
    configuration: {
      content: document.text,
      pageTitle: 'Agion API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      agent: { disabled: true },
    },
  });
  const [page, script] = await Promise.all([renderer.inject(`${PREFIX}/`), renderer.inject(ITS_SCRIPT)]);
  await renderer.close();
  if (page.statusCode !== 200 || script.statusCode !== 200) throw new Error('the API reference could not be rendered');
  return {
    html: page.body.replaceAll(/(["'])[^"']*js\/scalar\.js\1/g, `$1${SCRIPT_PATH}$1`),
    script: script.rawPayload,
  };
}
