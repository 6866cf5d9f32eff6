# One image for all of Sluice's processes and for the example model servers.
FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY examples ./examples
COPY ui ./ui
COPY scripts/write-sbom.ts ./scripts/
COPY scripts/dependencies ./scripts/dependencies
RUN npm run build && npm run sbom
# What runs here needs one platform's binary of five, no SDK sources, and none of the charts' bundles for browsers.
RUN npm prune --omit=dev \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
  && rm -r node_modules/@temporalio/core-bridge/sdk-core node_modules/echarts/dist

FROM node:20.19.5-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY examples ./examples
COPY deploy ./deploy
# A gateway keeps its routes and its spool here.
RUN mkdir -p /var/lib/sluice && chown node:node /var/lib/sluice
USER node
ENTRYPOINT ["node", "dist/src/cli/main.js"]
