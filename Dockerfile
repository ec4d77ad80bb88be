# syntax=docker/dockerfile:1
# Flipr's backend with its page. Builds from a clean checkout: docker build -t flipr . && docker run -p 5005:5005 -e PORT=5005 -e PRODUCTION=false flipr

FROM node:22-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The publish command builds the page too: it needs node and npm.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN dotnet publish Flipr.Api -c Release --use-current-runtime --no-self-contained -o /app -p:RequireFrontend=true

# No shell, no package manager, and a user who is not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
# Collecting garbage concurrently costs a thread and memory that a small instance does not have.
ENV DOTNET_gcServer=0 \
    DOTNET_gcConcurrent=0
# PORT decides where it listens (Render sets 10000); without it the image's own default, 8080.
EXPOSE 8080
ENTRYPOINT ["dotnet", "Flipr.Api.dll"]
