# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What cases about leases of GPUs share; to be sourced behind lib.sh and market.sh.
#
# A lease lasts no longer than 100 ms and a grace of a second, so who plays a part in it has to be
# ready before it begins: actors are started first, say so by a file, and wait for a file.

users=0

# sign NAME: path of a file by which actors and the case tell each other where they are.
sign()
{
	echo "$CASE_TMP/sign.$1"
}

# await NAME: until an actor has given that sign.
await()
{
	wait_for 10 test -e "$(sign "$1")"
}

# clear_signs: a new scene.
clear_signs()
{
	rm --force "$CASE_TMP"/sign.*
}

# gpu_value FIELD [GPU]: what netlink has of a GPU.
gpu_value()
{
	ynl --dump gpu-get | jq ".[] | select(.gpu == ${2:-0}) | .\"$1\""
}

# charged UID: what the user's own wallet has been charged.
charged()
{
	ynl --dump wallet-get |
		jq "[.[] | select(.kind == \"default\" and .uid == $1) | .\"charged-nanocents\"] | add // 0"
}

# actor NAME STEP...: the steps in the background as a user of their own, in $uid and $pid; what
# they say goes to $CASE_TMP/NAME.
actor()
{
	users=$((users + 1))
	actor_as $((2000 + users)) "$@"
}

# actor_as UID NAME STEP...: the same as a user of one's choice.
actor_as()
{
	local name=$2
	uid=$1
	shift 2
	setpriv --reuid="$uid" --regid="$uid" --clear-groups gpu "$@" > "$CASE_TMP/$name" &
	pid=$!
	HOGS+=("$pid")
}

# ready_actor NAME STEP...: an actor that waits for the sign "go" before the first of the steps; it
# is there when this returns.
ready_actor()
{
	local name=$1
	shift
	actor "$name" "touch:$(sign "$name")" "await:$(sign go)" "$@"
	await "$name"
}

# go: the scene begins.
go()
{
	touch "$(sign go)"
}

# queued COUNT: so many wait for GPU 0 now. Fields are those of the helper's status step.
queued()
{
	local queued
	read -r _ _ _ _ _ queued _ <<< "$(gpu status:0)"
	((queued == $1))
}

said()
{
	grep --quiet --extended-regexp "^$2" "$CASE_TMP/$1"
}

# check_said NAME REGEX: an actor has said that, or soon does.
check_said()
{
	wait_for 10 said "$1" "$2"
	note "$1: $(grep --extended-regexp "^$2" "$CASE_TMP/$1" | head --lines=1)"
}

# said_us NAME STEP: when the step was done, in microseconds.
said_us()
{
	sed --quiet "s/^$2[^ ]* .* @ \([0-9]*\)\.\([0-9]*\)$/\1\2/p" "$CASE_TMP/$1" | head --lines=1
}

# until_us NAME STEP: when the lease ends that the step got.
until_us()
{
	local left
	left=$(sed --quiet "s/^$2[^ ]* ok held [0-9]* \([0-9]*\)\.\([0-9]*\) .*/\1\2/p" \
		"$CASE_TMP/$1" | head --lines=1)
	[[ $left ]] || die "$1 got no lease by $2: $(< "$CASE_TMP/$1")"
	echo $(($(said_us "$1" "$2") + 10#$left))
}
