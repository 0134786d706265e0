#!/bin/sh
# Writes .env for docker compose with generated secrets; an existing one is left alone.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then echo ".env is there already; nothing was changed" >&2; exit 0; fi
secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }
umask 077
cat > .env <<END
POSTGRES_PASSWORD=$(secret | tr -d '=')
FERNET_KEY=$(secret)
JWT_SECRET=$(secret | tr -d '=')
# the sample; your own files: the folder on this machine that holds DOMAIN/SOURCE_KEY, and leave the second line
ENTENTE_INPUT_ON_HOST=./sample
ENTENTE_INPUT_IN_CONTAINER=/input
END
echo "wrote .env (readable by you alone)"
