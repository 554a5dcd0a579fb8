#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The higher bid runs first, whoever came first.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
actors=(a=10 b=20 c=40 d=1000 e=500 f=90000000)
expect_order 'f d e c b a' "${actors[@]}" hold wake:{a,b,c,d,e,f} go
expect_order 'f d e c b a' "${actors[@]}" hold wake:{f,e,d,c,b,a} go
expect_order 'f d e c b a' "${actors[@]}" hold wake:{d,a,f,c,b,e} go
# A bid of 0 comes last, on the survival share, which the plays above may have used up for seconds.
tune max_wait_ms 1000
tune survival_share_permille 50
expect_order 'b (a)' a=0 b=10 hold wake:{a,b} go:any
