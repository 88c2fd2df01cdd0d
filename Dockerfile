# Builds any app of apps/, and the job that prepares the database:
#   docker build --build-arg APP=gateway -t agion/gateway:0.1.0 .
#   docker build --target migrate -t agion/migrate:0.1.0 .
#   docker build --target cli -t agion/cli:0.1.0 .
ARG NODE_VERSION=24.20.0

FROM node:${NODE_VERSION}-trixie-slim AS base
WORKDIR /agion
ENV CHECKPOINT_DISABLE=1

# Only what npm reads: the two installations below are made anew when a package changes, not when a source file does.
FROM base AS manifests
COPY . /source
RUN cd /source \
  && mkdir /manifests \
  && find . -name package.json -not -path '*/node_modules/*' -exec cp --parents {} /manifests \; \
  && cp package-lock.json .npmrc /manifests

FROM base AS build
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . ./
ENV NX_DAEMON=false NX_TUI=false
RUN npx prisma generate && npx nx run-many -t build

# Packages of the services: no build tools, no Prisma CLI, no second Node.
FROM base AS dependencies
COPY --from=manifests /manifests ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# The Prisma CLI counts as optional here; its engine is a development package without dependencies of its own.
FROM base AS migrate-dependencies
COPY --from=manifests /manifests ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node-linux-*
COPY --from=build /agion/node_modules/@prisma/schema-engine-wasm ./node_modules/@prisma/schema-engine-wasm

FROM build AS migrate-files
RUN node scripts/container/assemble.mjs migrate /image

FROM build AS app-files
ARG APP
RUN test -n "${APP}" || { echo 'say which app: --build-arg APP=gateway' >&2; exit 1; }
RUN node scripts/container/assemble.mjs "${APP}" /image

# Migrates the database and makes the services' logins; also writes the secrets of docker-compose.yml.
FROM base AS migrate
ENV NODE_ENV=production HOME=/tmp
COPY --from=migrate-dependencies /agion/node_modules ./node_modules
COPY --from=migrate-files /image ./
USER 1000:1000
ENTRYPOINT ["node", "scripts/container/migrate.mjs"]

FROM build AS cli-files
RUN node scripts/container/assemble.mjs cli /image

# `agion`, the command line.
FROM base AS cli
ENV NODE_ENV=production HOME=/tmp
COPY --from=dependencies /agion/node_modules ./node_modules
COPY --from=cli-files /image ./
USER 1000:1000
ENTRYPOINT ["node", "apps/cli/bin/agion.mjs"]

FROM base AS app
ARG APP
ENV NODE_ENV=production HOME=/tmp AGION_APP=${APP}
COPY --from=dependencies /agion/node_modules ./node_modules
COPY --from=app-files /image ./
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 CMD ["node", "scripts/container/healthcheck.mjs"]
# Node itself is process 1 and hears signals; the services handle them.
ENTRYPOINT ["node", "--enable-source-maps", "scripts/container/start.mjs"]
