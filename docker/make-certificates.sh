#!/bin/sh
# Makes a private authority, the broker's certificate and its password file; once.
set -eu
cd /certificates
if [ ! -f broker.crt ]; then
    apk add --no-cache openssl >/dev/null 2>&1 || true
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj "/CN=Meterline private authority" -keyout ca.key -out ca.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=broker" \
        -keyout broker.key -out broker.csr
    printf 'subjectAltName=DNS:broker\n' > broker.ext
    openssl x509 -req -in broker.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
        -extfile broker.ext -out broker.crt
    rm broker.csr broker.ext
    chmod 600 ca.key
fi
: > passwords
mosquitto_passwd -b passwords collector "$COLLECTOR_PASSWORD"
mosquitto_passwd -b passwords gateway "$GATEWAY_PASSWORD"
chown -R mosquitto:mosquitto . 2>/dev/null || true
chmod 644 ca.crt broker.crt
chmod 640 broker.key passwords
