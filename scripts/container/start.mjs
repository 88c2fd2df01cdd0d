// What the image of an app runs: tracing first, where somebody collects it, so that all that follows is instrumented.
const { AGION_APP: app, OTEL_EXPORTER_OTLP_ENDPOINT: collector } = process.env;
if (collector) await import('../../libs/service-kit/dist/telemetry/register.js');
await import(`../../apps/${app}/dist/main.js`);
