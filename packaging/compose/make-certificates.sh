#!/bin/sh
# Makes an authority, and a server's and a client's certificate by it, in $FOLDER; once.
set -eu
cd "${FOLDER:-/certificates}"
[ ! -e client.pem ] || exit 0

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=vmexporter topology" -keyout ca.key -out ca.pem
for name in server client; do
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr"
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile "$name.ext" -out "$name.pem"
done
rm -f ./*.csr ./*.ext
