# Every image of this repository, a target each: `service` (--build-arg WORKSPACE=services/chat), `operator`, `web` (the edge) and
# `configuration` (the first step of compose.yaml). Node runs the TypeScript sources as they are, so images keep the repository's
# layout (docs/adr/0001).
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm compares every workspace with the lockfile, also those that it does not install.
COPY operator/package.json operator/
COPY cli/package.json cli/
COPY services/contracts/package.json services/contracts/
COPY services/client/package.json services/client/
COPY services/kit/package.json services/kit/
COPY services/auth/package.json services/auth/
COPY services/user/package.json services/user/
COPY services/chat/package.json services/chat/
COPY services/notification/package.json services/notification/
COPY services/media/package.json services/media/
COPY services/gateway/package.json services/gateway/
COPY services/analytics/package.json services/analytics/
COPY web/package.json web/
COPY infra/package.json infra/
COPY infra/local/package.json infra/local/
COPY tests/package.json tests/
COPY bench/package.json bench/

FROM manifests AS web-client
RUN npm ci --ignore-scripts --workspace web --workspace services/contracts --workspace services/client
COPY services/contracts services/contracts
COPY services/client services/client
COPY web web
RUN npm run build --workspace web

FROM nginx:1.28-bookworm AS web
# Its configuration is mounted: by the operator, or by compose.yaml.
COPY --from=web-client /app/web/dist/browser /usr/share/nginx/html
USER 101:101
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]

FROM manifests AS configuration
# Writes secrets and configuration once, before everything else starts.
RUN npm ci --omit=dev --ignore-scripts --workspace infra/local --workspace services/contracts
COPY services/contracts services/contracts
COPY infra/local infra/local
CMD ["node", "infra/local/src/compose/write-configuration.ts", "/config"]

FROM manifests AS dependencies
ARG WORKSPACE=operator
RUN npm ci --omit=dev --ignore-scripts --workspace "$WORKSPACE" \
      --workspace services/kit --workspace services/contracts

FROM node:24-bookworm-slim AS program
ARG WORKSPACE=operator
ENV NODE_ENV=production
WORKDIR /app
# All of it: what cannot be shared stands below a workspace of its own.
COPY --from=dependencies /app ./
COPY services/contracts services/contracts
COPY services/kit services/kit
COPY ${WORKSPACE} ${WORKSPACE}
WORKDIR /app/${WORKSPACE}
USER 10001:10001
EXPOSE 8080 9090

FROM program AS operator
CMD ["node", "src/main.ts"]

FROM program AS service
CMD ["node", "--import", "@chatplatform/kit/telemetry-register", "src/main.ts"]
