#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
#
# What scripts rely on: exit statuses, JSON from every command, errors as JSON too, no abbreviations,
# and that maxctl and sched_getscheduler(2) agree on policies.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

COVERED=$CASE_TMP/covered

# answers STATUS WORD...: maxctl ends with STATUS, the same with -j, where it prints JSON that has the
# schema and, if there is an error, the status in it.
answers()
{
	local status=$1 plain=0
	shift
	maxctl "$@" > "$CASE_TMP/plain" 2> "$CASE_TMP/words" || plain=$?
	((plain == status)) || die "maxctl $*: $plain, not $status: $(cat "$CASE_TMP"/{plain,words})"
	json_answers "$status" "$@"
	jq --exit-status --argjson status "$status" '.schema == "maxwell/1" and
		([.. | .exit_status? // empty | . == $status] | all)' "$CASE_TMP/answer" > /dev/null ||
		die "maxctl -j $*: $(< "$CASE_TMP/answer")"
	# "status", "show" and "doctor" answer with 3, and "set" and "show" tell of each task.
	case $status,$1 in
	0,* | 3,status | 3,show | 3,doctor | 2,set | 2,show) ;;
	*)
		# The same in words and as JSON; the words say in addition what it was about.
		[[ $(< "$CASE_TMP/words") == *"$(jq --exit-status --raw-output .error.message "$CASE_TMP/answer")"* ]] ||
			die "maxctl -j $*: $(< "$CASE_TMP/answer"), but $(< "$CASE_TMP/words")"
		;;
	esac
}

# json_answers STATUS WORD...: maxctl -j ends with STATUS and prints one line.
json_answers()
{
	local status=$1 rc=0
	shift
	maxctl -j "$@" > "$CASE_TMP/answer" 2> "$CASE_TMP/words" || rc=$?
	((rc == status)) || die "maxctl -j $*: $rc, not $status"
	(($(wc --lines < "$CASE_TMP/answer") == 1)) || die "maxctl -j $*: not one line"
	cat "$CASE_TMP/answer" >> "$CASE_TMP/all"
	printf '%s\n' "$*" >> "$COVERED"
}

# usage WORD...: refused before anything else is looked at.
usage()
{
	json_answers 1 "$@"
	[[ $(< "$CASE_TMP/answer") == *'"code":"usage","exit_status":1,"message":"'* &&
		$(< "$CASE_TMP/words") == Error:* ]] || die "maxctl -j $*: $(< "$CASE_TMP/answer")"
}

# --- no module, no class ---
for words in status list 'price show' 'price set 2' demand cpus detach 'run true' 'show 1' 'set 1' \
	'tune list' 'monitor --timeout 10ms' 'top -b -n 1' doctor; do
	# shellcheck disable=SC2086 # words
	if [[ $words == doctor ]]; then answers 3 $words; else
		rc=0
		maxctl $words > /dev/null 2> "$CASE_TMP/words" || rc=$?
		((rc == 3)) || die "without the module, maxctl $words: $rc"
		grep --quiet 'sched_maxwell is not loaded' "$CASE_TMP/words" ||
			die "without the module, maxctl $words: $(< "$CASE_TMP/words")"
	fi
done
load_module
answers 3 status
answers 3 list
answers 3 run true
answers 3 show $$
answers 3 set --bid 1 $$
answers 3 top -b -n 1
answers 3 detach
answers 0 price show
answers 0 demand
attach

# --- all is well ---
maxctl run --bid 100 -- sleep 1000 &
task=$!
HOGS+=("$task")
sleep 1000 &
fair=$!
HOGS+=("$fair")
wait_for 5 state_is "$task" sleeping
answers 0 status
answers 0 attach
answers 0 list --sort bid
answers 0 show "$task"
answers 0 show -a "$task"
answers 0 set --bid 200 "$task"
answers 0 price show --cpu 0-1
answers 0 price set --kind gpu --cpu 1 --slope -0.5 --lease 10s 1.25
answers 0 price set --kind gpu 1
answers 0 demand --cpu 1
answers 0 cpus
answers 0 tune list
answers 0 tune diff
answers 0 tune get slice_us
answers 0 tune set slice_us 5000
answers 0 tune reset --all
answers 0 top -b -n 1
answers 0 doctor
answers 0 version
answers 0 gpu
answers 0 wallet
answers 0 wallet list
json_answers 0 wallet new --income 10 --cap 100 purse
answers 0 wallet show purse
answers 0 wallet set --half-life 5s purse
answers 0 wallet fund purse 1.5
answers 0 wallet grant --pid "$task" purse
answers 0 wallet revoke --pid "$task"
answers 0 wallet grants
json_answers 0 wallet delete purse
maxctl price set 3
maxctl -j monitor --count 1 --timeout 10s > "$CASE_TMP/event" &
monitor=$!
wait_for 5 listeners 1
maxctl price set 1
wait "$monitor"
jq --exit-status '.schema == "maxwell/1" and .group == "price"' "$CASE_TMP/event" > /dev/null ||
	die "the event is $(< "$CASE_TMP/event")"
cat "$CASE_TMP/event" >> "$CASE_TMP/all"

# --- refused by the kernel, or by the state of things ---
answers 2 price set --cpu 99 2
answers 2 price set 0.01
answers 2 tune set slice_us 1
answers 2 set --bid 1 4194303
answers 2 show 4194303
answers 2 demand --cpu 99
answers 2 attach --all
answers 2 wallet show nonsense
answers 4 wallet delete common
answers 3 show "$fair"

# --- wrong usage ---
usage nonsense
usage price
usage price nonsense
usage tune set slice_us
usage tune get nonsense
usage price set
usage price set abc
usage price set 2 3
usage price set -1
usage price set --kind nonsense 2
usage set --bid
usage set --bid -1 "$task"
usage set --bid 4294967296 "$task"
usage set --bid 1 --default "$task"
usage set --feeder --general "$task"
usage set --bid 1 0
usage set --bid 1 "$task" nonsense
usage run
usage run --bid 1
usage list --sort nonsense
usage monitor nonsense
usage wallet nonsense
usage wallet set purse
usage wallet fund purse
usage wallet grant purse
usage wallet list purse
usage wallet show purse purse
usage wallet new
usage wallet new --income 1000000001 purse
usage wallet new --unlimited --cap 1 purse
usage wallet show --pid 0
usage wallet fund purse 1e3
usage wallet revoke
usage wallet grants purse
usage wallet delete
usage gpu nonsense
usage status nonsense
usage attach nonsense
usage status --nonsense
# Words are written out, so that a new one breaks no script.
usage stat
usage pric show
usage price sho
usage list --so bid
usage price set --ki gpu 2
usage attach --al
usage status --js
[[ $(account "$task" bid_cents_per_s) == 200 ]] || die 'wrong usage changed a bid'

# --- run is the command ---
rc_of()
{
	local rc=0
	"$@" > "$CASE_TMP/out" 2>&1 || rc=$?
	echo "$rc"
}
touch "$CASE_TMP/plain-file"
[[ $(rc_of maxctl run -- /nonexistent) == 127 ]] || die 'run of nothing is not 127'
[[ $(rc_of maxctl run -- "$CASE_TMP/plain-file") == 126 ]] || die 'run of a plain file is not 126'
[[ $(rc_of maxctl run -- bash -c 'exit 42') == 42 ]] || die "run does not end as its command does"
# shellcheck disable=SC2016 # for the inner shell
[[ $(rc_of maxctl run -- bash -c 'kill -TERM $$') == 143 ]] || die 'run hides a signal'
[[ $(maxctl run --bid 5 -- cat <<< text) == text ]] || die 'run does not hand on its input'
# Options behind the command are the command's.
[[ $(maxctl run echo --bid 7 -j) == '--bid 7 -j' ]] || die 'run takes its command'\''s options'
answers 127 run -- /nonexistent
answers 126 run -- "$CASE_TMP/plain-file"
[[ $(rc_of maxctl -j monitor --count 1 --timeout 50ms class) == 124 ]] || die 'no timeout'

# --- not permitted ---
denied()
{
	local rc=0
	as_nobody maxctl -j "$@" > "$CASE_TMP/denied" 2> /dev/null || rc=$?
	((rc == 4)) || die "an unprivileged $* ends with $rc"
	jq --exit-status '.error | .exit_status == 4 and .code == "denied" and .errno == 1' \
		"$CASE_TMP/denied" > /dev/null || die "an unprivileged $*: $(< "$CASE_TMP/denied")"
	cat "$CASE_TMP/denied" >> "$CASE_TMP/all"
}
denied price set 2
denied wallet new --unlimited mine
json_answers 0 wallet new --unlimited roots
denied wallet set --income 1 roots
denied wallet fund roots 1
denied wallet grant --user nobody roots
denied wallet grant --pid "$task" roots
denied wallet revoke --pid "$task"
denied wallet delete roots
json_answers 0 wallet delete roots

# --- policies ---
chrt --batch --pid 0 "$fair"
policies=$(maxctl -j show "$fair" "$task" || true)
chrt --fifo --pid 5 "$fair"
policies+=$(maxctl -j show "$fair" || true)
chrt --rr --pid 5 "$fair"
policies+=$(maxctl -j show "$fair" || true)
chrt --idle --pid 0 "$fair"
policies+=$(maxctl -j show "$fair" || true)
chrt --other --pid 0 "$fair"
policies+=$(maxctl -j show "$fair" || true)
said=$(jq --raw-output '.tasks[].policy' <<< "$policies" | xargs)
[[ $said == 'SCHED_BATCH SCHED_EXT SCHED_FIFO SCHED_RR SCHED_IDLE SCHED_OTHER' ]] ||
	die "maxctl show says $said"
[[ $(chrt --pid "$fair") == *SCHED_OTHER* ]] || die "chrt: $(chrt --pid "$fair")"
numbers=$(python3 -c "import os; print(*map(os.sched_getscheduler, ($task, $fair)))")
[[ $numbers == '7 0' ]] || die "sched_getscheduler says $numbers of SCHED_EXT and SCHED_OTHER"
# Older versions of chrt know the number, but not its name.
[[ $(chrt --pid "$task") =~ (unknown|SCHED_EXT)$'\n' ]] || die "chrt: $(chrt --pid "$task")"
maxctl set --fair "$task"
[[ $(account "$task" policy) == SCHED_OTHER && $(chrt --pid "$task") == *SCHED_OTHER* ]] ||
	die "after set --fair, maxctl says $(account "$task" policy)"

json_answers 0 detach
answers 3 detach

# --- completion offers what there is ---
# offers WORD...: what may stand for the last word, one a line.
offers()
{
	# shellcheck disable=SC2016 # for the inner shell
	bash -c '. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_maxctl
		printf "%s\n" "${COMPREPLY[@]}"' \
		"$MAXWELL_SRC/tools/maxctl/completion/maxctl.bash" maxctl "$@"
}
maxctl help | sed --quiet 's/^  \([a-z]\+\)\( [a-z]\+\)\?  .*/\1/p' | sort --unique > "$CASE_TMP/nouns"
offers '' | sort | diff "$CASE_TMP/nouns" - || die 'completion offers other commands than help'
for noun in price tune wallet; do
	maxctl help | sed --quiet "s/^  $noun \([a-z]\+\)  .*/\1/p" | sort > "$CASE_TMP/verbs"
	offers "$noun" '' | sort | diff "$CASE_TMP/verbs" - ||
		die "completion offers other commands of $noun than help"
done
# Long options: those of the command's help, and those of every command.
while read -r words; do
	# shellcheck disable=SC2086 # words
	{ maxctl $words --help | sed --quiet 's/^  \(-[a-zA-Z], \)\?\(--[a-z-]*\) .*/\2/p'
	printf '%s\n' --json --pretty --no-header --verbose --help; } | sort > "$CASE_TMP/options"
	# shellcheck disable=SC2086 # words
	offers $words -- | sort | diff "$CASE_TMP/options" - ||
		die "completion offers other options of $words than its help"
done < <(maxctl help | sed --quiet 's/^  \([a-z]\+\( [a-z]\+\)\?\)  .*/\1/p')
json_answers 0 wallet new --unlimited purse
for words in 'run --wallet' 'wallet show' 'wallet fund' 'wallet delete'; do
	# shellcheck disable=SC2086 # words
	[[ $(offers $words pu) == purse ]] || die "completion of $words pu: $(offers $words pu)"
done
json_answers 0 wallet delete purse

# --- gossipd, which does not run here ---
for words in status peers zone; do
	answers 3 gossip "$words"
done

# --- everything that help names has been called, everything printed parses ---
while read -r words; do
	grep --quiet "^$words\( \|$\)" "$COVERED" || [[ $words == help || $words == monitor ]] ||
		die "maxctl $words has not been tried"
done < <(maxctl help | sed --quiet 's/^  \([a-z]\+\( [a-z]\+\)\?\)  .*/\1/p')
python3 -m json.tool --json-lines < "$CASE_TMP/all" > /dev/null || die 'not all of it is JSON'
note "$(wc --lines < "$CASE_TMP/all") answers parse"
