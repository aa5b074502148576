# The one static binary, on a base without a shell and without root.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
# Modules change seldom; this layer is kept when only the source does.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unreleased
RUN go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /out/todoke .
# A volume takes its owner from the folder that it is mounted over.
RUN mkdir -p /out/files

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/todoke /usr/local/bin/todoke
COPY --from=build --chown=65532:65532 /out/files /var/lib/todoke/files
USER 65532:65532
ENV TODOKE_FILES_URL=file:///var/lib/todoke/files \
    TODOKE_HTTP_ADDR=:8080 \
    TODOKE_METRICS_ADDR=:9090
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/usr/local/bin/todoke", "health"]
ENTRYPOINT ["/usr/local/bin/todoke"]
CMD ["serve"]
