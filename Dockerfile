# Builds and runs BatchEngine. Two stages: the SDK compiles, the smaller ASP.NET image runs.
#   docker build -t batchengine .
#   docker run --rm -p 5080:5080 -v "$PWD/data:/data" batchengine serve
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Host -c Release -a "$(dpkg --print-architecture)" --no-self-contained -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /batchengine
COPY --from=build /app /app
COPY --from=build /source/config config
COPY --from=build /source/samples samples
ENV BATCHENGINE_DATA_DIRECTORY=/data BATCHENGINE_HTTP_URL=http://0.0.0.0:5080
VOLUME /data
EXPOSE 5080
USER $APP_UID
ENTRYPOINT ["/app/batchengine"]
CMD ["serve"]
