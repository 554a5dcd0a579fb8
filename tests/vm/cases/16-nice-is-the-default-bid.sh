#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who sets no bid bids the default, scaled by nice; renice moves it, waiting or not.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
expect_order 'c b a' a=d b=d c=d nice:a=5 nice:c=-5 hold wake:{a,b,c} go
expect_order 'c b a' a=d b=d c=d hold wake:{a,b,c} nice:a=5 nice:c=-5 go
# An explicit bid does not care.
expect_order 'a b' a=1000 b=900 hold wake:{a,b} nice:a=19 go

# The weights of nice -5, 0, 5 are 3121, 1024 and 335.
maxctl run --default -- sleep 60 &
pid=$!
wait_for 2 grep --quiet sleep "/proc/$pid/comm"
for pair in 0:1000 -5:3050 5:330; do
	renice --priority "${pair%:*}" "$pid" > /dev/null
	assert "default bid at nice ${pair%:*}" "$(account "$pid" bid_cents_per_s) == ${pair#*:}"
done
tune default_bid_cents 2000
assert 'twice the default bid' "$(account "$pid" bid_cents_per_s) == 660"
[[ $(account "$pid" source) == default ]] || die 'the source of its bid is not "default"'
maxctl set --bid 7 "$pid"
[[ $(account "$pid" source) == explicit ]] || die 'the source of its bid is not "explicit"'
maxctl set --default "$pid"
assert 'back at the default bid' "$(account "$pid" bid_cents_per_s) == 660"
kill "$pid"
