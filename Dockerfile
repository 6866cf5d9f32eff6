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
RUN npm run build && npm prune --omit=dev

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
