#!/bin/sh
# Start nginx with deploy/nginx/petition.conf, changed where containers differ from one machine: names and addresses.
set -eu
host=${SITE_URL#https://}
shipped=${SHIPPED:-/petition/petition.conf}
target=${TARGET:-/etc/nginx/conf.d/petition.conf}
servers=
for address in $PUBLIC_WEBS; do servers="${servers}server $address\\1; "; done
sed -e "s|server 127\.0\.0\.1:8000\([^;]*\);|$servers|" \
  -e "s|127\.0\.0\.1:8001|$STAFF_WEB|" \
  -e "s|/etc/letsencrypt/live/appeal\.example/|${CERTIFICATES:-/petition/tls}/|" \
  -e "s|appeal\.example|$host|g" "$shipped" >"$target"
exec nginx -g "daemon off;"
