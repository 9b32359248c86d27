#!/bin/sh
# Copies the database to the backup bucket.
set -eu

export AWS_ACCESS_KEY_ID=@@secret:aws-key-id:backup@@
export AWS_SECRET_ACCESS_KEY=@@secret:random-base64:backup@@
export AWS_DEFAULT_REGION=eu-north-1
: "${BACKUP_BUCKET:?set the bucket}"

sqlite3 "${SHOP_DATABASE:-shop.db}" ".backup /tmp/shop-backup.db"
aws s3 cp /tmp/shop-backup.db "s3://${BACKUP_BUCKET}/shop-$(date +%F).db"
