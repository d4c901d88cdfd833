#!/bin/sh
# The demo's meters: they play the time since the first of last month, then go on at real speed.
set -eu
folder=$METERLINE_DATA_DIR/play
mkdir -p "$folder"
# A play keeps the span it began with, however often the service starts again.
if [ ! -f "$folder/span" ]; then
    first=$(date -u -d "$(date -u +%Y-%m-01) -1 month" +%Y-%m-%dT00:00:00+00:00)
    printf '%s %s %s' "$first" "$(date -u +%Y-%m-%dT%H:00:00+00:00)" \
        "$(( ( $(date -u +%Y) - 2019 ) * 52 ))" > "$folder/span"
fi
read -r first last weeks < "$folder/span" || true
exec python -m simulator --site simulator/sites/cambridge/site.toml --data-dir "$folder" \
    --modbus-host 0.0.0.0 --modbus-port 15020 --mqtt-host broker --mqtt-port 8883 \
    --from "$first" --to "$last" --slot-s 3600 --shift-weeks "$weeks" --then-live
