# newsmill on Apache Airflow's official image. The image gives the system, its libraries, the entrypoint and the user;
# the Python packages are the project's own, in an environment beside it, so that what runs here is what `make test`
# ran: constraints.txt and the image's many providers do not agree on every version (python-dateutil is one).
FROM apache/airflow:3.3.2-python3.11

# Root builds; code and packages stay root's, so that no task can change them.
USER root
WORKDIR /opt/newsmill

# The mount points that the running user writes to; a new named volume takes its owner from them.
RUN install --directory --owner=airflow --group=0 --mode=2775 /data /opt/airflow/logs \
    && mkdir --parents /landing plugins/newsmill

# The packages first: this layer is built again only when they change. An editable install, and the checkout's own
# layout below /opt/newsmill, so that settings.py finds include/ here as it does in a checkout. By uv, as `make setup`
# does: an older pip overlooks the extra lxml[html_clean], and trafilatura cannot be imported then. The image sets
# PIP_USER, which an environment of its own must not have.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN python -m venv .venv \
    && PIP_USER=false .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --root-user-action=ignore --constraint constraints.txt uv \
    && .venv/bin/uv pip install --python .venv/bin/python --no-cache --compile-bytecode \
        --constraint constraints.txt --editable '.[cluster]' \
    && .venv/bin/uv pip check --python .venv/bin/python \
    && .venv/bin/python -c "import adlfs, airflow.providers.celery, airflow.providers.fab, asyncpg, gcsfs, great_expectations, psycopg2, s3fs, trafilatura"

COPY plugins plugins
COPY dags dags
COPY include include
RUN .venv/bin/python -m compileall -q plugins dags

ENV PATH="/opt/newsmill/.venv/bin:${PATH}" \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/newsmill/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/newsmill/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    NEWSMILL_LANDING_URI=/landing \
    NEWSMILL_DATA_URI=/data \
    NEWSMILL_INCLUDE_DIR=/opt/newsmill/include

USER airflow
