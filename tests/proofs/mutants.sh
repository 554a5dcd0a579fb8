#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Breaks copies of the policy files, one mutation at a time, and asserts that the proof which is
# named with it fails. KTAP out. Every proof has to be named at least once.
#
# Usage: mutants.sh DIR [PATTERN]	only those whose proof contains PATTERN

set -euo pipefail

if (($# < 1 || $# > 2)); then
	echo 'usage: mutants.sh DIR [PATTERN]' >&2
	exit 1
fi

here=$(dirname "$(readlink --canonicalize "$0")")
kernel=$here/../../kernel
mkdir --parents "$1"
dir=$(readlink --canonicalize "$1")
pattern=${2:-}

# proof | file | sed expression
mutations=(
	'bucket.bucket_is_in_range|runqueue.h|s/octave = fls(bid) - MX_BUCKET_SHIFT;/octave = fls(bid) - MX_BUCKET_SHIFT + 1;/'
	'bucket.bucket_order_is_price_order|runqueue.h|s/bid >> (octave - 1)/bid >> octave/'
	'bucket.bucket_floor_is_its_own|runqueue.h|s/return (MX_BUCKET_STEPS + (bucket/return (MX_BUCKET_STEPS + 1 + (bucket/'
	'search.top_is_the_dearest|runqueue_search.c|/^static inline int book_top/,/^}/s/w = fls(book->summary) - 1;/w = __ffs64(book->summary);/'
	'search.below_is_the_next_cheaper|runqueue_search.c|s/words = book->summary \& .*/words = book->summary;/'
	'search.distance_is_to_the_first_slot|runqueue.c|s/^\tunsigned int start = base % MX_SLOTS;/\tunsigned int start = 0;/'
	'search.calendar_takes_any_arrival|runqueue.c|s/if (rq->slot_last - number >= MX_SLOTS)/if (rq->slot_last - number > MX_SLOTS)/'
	'search.empty_calendar_takes_any_arrival|runqueue.c|/^static inline u8 slot_of/,/^}/s/^\t\trq->slot_last = number;$/\t\t;/'
	'fifo.bucket_is_a_queue|runqueue.c|/^static inline void bucket_add/,/^}/s/\*tail = node;/if (!last) *tail = node;/'
	'fifo.slot_is_a_queue|runqueue.c|s/node->slot_next->slot_prev = node->slot_prev;/;/'
	'book.book_agrees_in_one_bucket|runqueue.c|s/^\tbook->nr\[b\]--;/\tbook->nr[b] -= 1 + !book->tail[b];/'
	'book.book_agrees_across_two_words|runqueue.c|/if (!book->bitmap\[b . 64\])/d'
	'book.book_agrees_at_its_ends|runqueue.c|s/book->bitmap\[b . 64\] |= BIT_ULL(b % 64);/book->bitmap[b \/ 64] |= BIT_ULL(b % 63);/'
	'book.book_agrees_in_two_books|runqueue.c|/^void mx_rq_enqueue/,/^}/s/= \&rq->book\[node->book\];/= \&rq->book[0];/'
	'book.winner_is_the_best_that_clears|runqueue_search.c|s/f->since_ns < g->since_ns/f->since_ns > g->since_ns/'
	'ring.batch_is_bounded|ring.c|s/return min(ahead, max);/return ahead;/'
	'ring.orders_are_valid|ring.c|s/r->tail++ % MAXWELL_RING_ENTRIES/r->tail++ % (MAXWELL_RING_ENTRIES + 1)/'
	'ring.own_numbers_are_shown|ring.c|/WRITE_ONCE(r->header->refused, /d'
	'page.reader_sees_the_whole_entry|page.h|0,/^\tsmp_wmb();/s///'
	'price.product_saturates|price.h|s/return product > U32_MAX ? U32_MAX : /return /'
	'price.charge_saturates|price.c|s/? U64_MAX : charge/? charge : charge/'
	'price.lease_ends_in_time|price.c|s/(u64)lease_ms \* NSEC_PER_MSEC/lease_ms * NSEC_PER_USEC/'
	'price.prediction_is_in_range|price.c|s/return (u32)clamp((s64)base + delta, .*/return (u32)((s64)base + delta);/'
	'price.prediction_is_in_range|price.c|s/return max(m->base, ramp->safe);/return ramp->safe;/'
	'price.prediction_is_in_range|price.c|/case MX_MULTIPLIER_RAMPING:/,/case MX_MULTIPLIER_SAFE:/s/return ramp->safe;/return m->base - 1;/'
	'price.states_go_one_way|price.c|s/^\t\tm->state = MX_MULTIPLIER_RAMPING;/\t\tm->state = MX_MULTIPLIER_SAFE;/'
	'price.reserve_is_never_zero|price.c|s/(price_q16 >> 16), 1U)/(price_q16 >> 16), 0U)/'
	'price.scaled_price_is_a_price|price.c|s/return min(mul_u64_u32_shr(price_q16, multiplier, 16), (u64)U32_MAX << 16);/return mul_u64_u32_shr(price_q16, multiplier, 16);/'
	'price.coupling_tables_rise|price.c|s/least = permille\[i\];/;/'
	'price.load_never_makes_cheaper|price.c|s/return (u32)min((u64)gpu + extra, (u64)U32_MAX);/return (u32)(gpu + extra);/'
	'wallet.income_is_conserved|wallet.c|s/w->income_nanocents -= (u64)excess;/;/'
	'wallet.income_is_conserved|wallet.c|s/return min(income, MX_WALLET_DEBT_MAX);/return income;/'
	'wallet.evaporation_is_conserved|wallet.c|s/w->evaporated_nanocents += idle + fresh - left;/w->evaporated_nanocents += idle - left;/'
	'wallet.charges_are_conserved|wallet.c|s/cost_nanocents = min(cost_nanocents, .*/;/'
	'wallet.charges_are_conserved|wallet.c|/^void mx_wallet_charge/,/^}/s/w->charged_nanocents += cost_nanocents;$/;/'
	'wallet.grants_are_conserved|wallet.c|s/if (amount_nanocents > mx_wallet_room(w))/if (false)/'
	'wallet.changes_are_conserved|wallet.c|s/w->income_nanocents -= (u64)w->balance_nanocents;/;/'
	'wallet.factor_is_a_fraction|wallet.c|s/octave = (u32)(part_q12 >> 8);/octave = (u32)(part_q12 >> 7);/'
	'wallet.cap_is_in_range|wallet.h|s/return cap > MX_WALLET_CAP_MAX . NSEC_PER_MSEC ? /return cap > MX_WALLET_CAP_MAX ? /'
	'wallet.paced_bid_is_no_more|wallet.h|/^static inline u32 mx_wallet_bid/,/^}/s/>> 16/>> 15/'
	'policy.terms_are_in_order|policy.c|s/terms->window_ns . 8);/U64_MAX);/'
	'policy.turns_are_slices|policy.c|/^static u64 turn_ns/,/^}/s/terms->slice_ns);/U64_MAX);/'
	'policy.turns_keep_the_pace|policy.c|s/min(share_ns, pace_ns)/share_ns/'
	'policy.quote_knows_the_best_of_others|policy.c|s/} else if (bid > sum->bid\[1\] \&\& !same) {/} else if (bid > sum->bid[1]) {/'
)

mapfile -t proofs < <(cd "$here" && for file in prove_*.c; do
	stem=${file#prove_}
	sed --quiet "s/^PROOF(\\([a-z_]*\\))\$/${stem%.c}.\\1/p" "$file"
done)

passed=0 failed=0 nr=0
report() {
	nr=$((nr + 1))
	if (($1)); then
		passed=$((passed + 1))
		echo "ok $nr $2"
	else
		failed=$((failed + 1))
		echo "not ok $nr $2"
	fi
}

mkdir --parents "$dir/kernel"
echo 'KTAP version 1'
for mutation in "${mutations[@]}"; do
	IFS='|' read -r proof file expression <<< "$mutation"
	[[ $proof == *"$pattern"* ]] || continue
	cp "$kernel"/*.[ch] "$dir/kernel/"
	sed --in-place "$expression" "$dir/kernel/$file"
	if cmp --silent "$kernel/$file" "$dir/kernel/$file"; then
		echo "#   the mutation does not apply to $file any more: $expression"
		report 0 "$proof"
		continue
	fi
	"$here/prove.py" --claims --kernel "$dir/kernel" "$proof" > "$dir/log" 2>&1 || true
	# A claim or a check has to fail; one that runs out of time proves nothing.
	noticed=$(grep --max-count=1 '^#   FAILURE' "$dir/log" || true)
	[[ $noticed ]] || sed 's/^/#   /' "$dir/log"
	report "$([[ $noticed ]] && echo 1 || echo 0)" "$proof # ${noticed#'#   FAILURE: '}"
done
for proof in "${proofs[@]}"; do
	[[ $proof == *"$pattern"* ]] || continue
	grep --quiet "^$proof|" < <(printf '%s\n' "${mutations[@]}") ||
		report 0 "$proof # nobody breaks what it proves"
done
echo "1..$nr"
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0))
