#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# First come, first served inside a price bucket, and a bucket is about 3 % wide.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
names='d a g c h b f e'
for _ in 1 2 3; do
	read -ra order <<< "$names"
	expect_order "$names" {a..h}=500 hold "${order[@]/#/wake:}" go
	# The other half first.
	names=${names#* * * * }\ ${names% * * * *}
	names=${names//\\/}
done
# 1000 and 1007 share a bucket, 1007 and 1008 do not.
expect_order 'a b' a=1000 b=1007 hold wake:{a,b} go
expect_order 'b a' a=1007 b=1008 hold wake:{a,b} go
