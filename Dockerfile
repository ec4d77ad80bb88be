# syntax=docker/dockerfile:1
# Flipr's backend with its page, as one native program. Builds from a clean checkout: docker build -t flipr .
#   on PostgreSQL: docker run -p 5005:8080 -e DATABASE_URL=postgresql://user:password@host:5432/database -e FLIPR_API_KEY=secret flipr
#   on SQLite:     docker run -p 5005:8080 -e PRODUCTION=false -v flipr-data:/data flipr

FROM node:22-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
# What native code is linked with.
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
# The publish command builds the page too, and fails where it cannot: it needs node and npm.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN dotnet publish Flipr.Api -c Release -o /app
RUN mkdir /data

# No shell, no package manager, no .NET, and a user who is not root. The same Ubuntu as above: the program is linked with its libraries.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
# Flipr's home: properties.db, where SQLite is allowed. The one folder that the image's user (1654) may write; a new volume takes over whose it is.
COPY --from=build --chown=1654:1654 /data /data
ENV ASPNETCORE_CONTENTROOT=/data
VOLUME /data
# PORT decides where it listens (Render sets 10000); without it the image's own default, 8080.
EXPOSE 8080
ENTRYPOINT ["./Flipr.Api"]
