# Build: a virtual environment from the locked requirements; every hash is checked.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/patchforge
ENV PATH="/opt/patchforge/bin:$PATH"
WORKDIR /src
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY handlers ./handlers
COPY blocks ./blocks
COPY storage ./storage
COPY sandbox ./sandbox
RUN pip install --no-deps --no-build-isolation .

# Run: the environment alone, as a user who owns nothing but /app/data.
FROM python:3.12-slim
RUN useradd --create-home --uid 10001 patchforge \
    && install --directory --owner=patchforge --group=patchforge /app/data
COPY --from=build /opt/patchforge /opt/patchforge
ENV PATH="/opt/patchforge/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    LOG_FORMAT=json
WORKDIR /app
USER patchforge
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + '/healthz', timeout=3)"]
# SIGTERM lets the work at hand finish.
STOPSIGNAL SIGTERM
ENTRYPOINT ["patchforge"]
CMD ["run"]
