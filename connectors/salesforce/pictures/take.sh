#!/bin/sh
# Takes the pictures of the component for docs/pictures. Needs Chromium (apt-get install chromium).
set -eu
cd "$(dirname "$0")"
command -v chromium >/dev/null || { echo "chromium is not installed: no pictures taken"; exit 1; }

take() { # picture, what the page shows, width, height
    chromium --headless --no-sandbox --disable-gpu --disable-lcd-text --hide-scrollbars --virtual-time-budget=3000 \
        --window-size="$3,$4" --screenshot="$PWD/../../../docs/pictures/$1" "file://$PWD/page.html#$2"
}

mkdir -p ../../../docs/pictures
take component-statement.png statement 900 936
take component-deal.png deal 400 786
