# One image for web, worker, beat and the simulator; the command chooses. See docker-compose.yml.
FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --home-dir /srv/eurzad eurzad
WORKDIR /srv/eurzad/app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
RUN python scripts/translations.py compile && mkdir -p /srv/eurzad/var && chown -R eurzad /srv/eurzad/var
ENV VAR_DIR=/srv/eurzad/var PYTHONUNBUFFERED=1
USER eurzad
EXPOSE 8000
CMD ["gunicorn", "eurzad.wsgi", "-b", "0.0.0.0:8000", "-w", "2", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
