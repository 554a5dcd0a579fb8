#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs test suites, each of which prints KTAP, and adds them up. The last line is always
# "N passed, N failed, N skipped"; the exit status is 0 only if none failed.
#
# Usage: test.sh SUITE...		of: check unit guest kunit kernels kernels-short proofs
#		gossip campaign
# T=PATTERN in the environment selects guest cases; MAXWELL_DEBUG=1 takes the debug kernel for them.

set -euo pipefail

cd "$(dirname "$(dirname "$(readlink --canonicalize "$0")")")"
in_root=scripts/inroot.sh
make_in_root=("$in_root" make --no-print-directory --jobs="$(nproc)")
out=build/test${MAXWELL_DEBUG:+-debug}${MAXWELL_STOCK:+-$MAXWELL_STOCK}
passed=0 failed=0 skipped=0

# run_suite NAME CMD...
run_suite()
{
	local name=$1 rc=0 start=$SECONDS ktap ok bad skip missing
	shift
	# A file of our own until the sum is made: another run in this tree may be on as well.
	ktap=$(mktemp "$out/$name.XXXXXX")
	echo "# --- $name ---"
	# Only the last line of all may look like the sum.
	"$@" | sed --unbuffered 's/^[0-9]\+ passed, /# &/' | tee "$ktap" || rc=$?
	read -r ok bad skip missing < <(awk -f scripts/ktap-sum.awk "$ktap")
	mv "$ktap" "$out/$name.ktap"
	# A suite that dies half way must not pass for one that did what it could.
	if ((missing)); then
		echo "# $name: $missing planned tests did not run"
		bad=$((bad + missing))
	elif ((rc && bad == 0)); then
		echo "# $name: ended with status $rc"
		bad=1
	elif ((ok + bad + skip == 0)); then
		echo "# $name: ran no test"
		bad=1
	fi
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	echo "# $name took $((SECONDS - start)) s"
}

# prepare TEXT CMD...: a step that everything after it needs.
prepare()
{
	local text=$1 start=$SECONDS
	shift
	if ! "$@"; then
		echo "# $text failed"
		echo "$passed passed, $((failed + 1)) failed, $skipped skipped"
		exit 1
	fi
	echo "# $text took $((SECONDS - start)) s"
}

# The cases that stand for the rest in the short form of the kernel matrix.
representative=(01-boot 10-order-by-bid 20-price-parks 33-cpu-hotplug 50-ynl-oracle
	57-doctor)

# run_kernel KERNEL ARG...: guest cases, by what run.py gets, on another stock kernel.
run_kernel()
{
	local kernel=$1 out=build/test-$1
	shift
	export MAXWELL_STOCK=$kernel
	mkdir --parents "$out"
	prepare "kernel $kernel" scripts/inroot.sh true
	prepare "building for $kernel" "${make_in_root[@]}" in-root-guest-cases
	run_suite "kernel-$kernel" "$in_root" python3 -B tests/vm/run.py "$@"
	unset MAXWELL_STOCK
}

# Debian's own kernel of the suite has no sched_ext.
run_unsupported()
{
	prepare 'building module and tools' "${make_in_root[@]}" in-root-guest
	run_suite unsupported env MAXWELL_STOCK=6.12-amd64 "$in_root" \
		tests/vm/kernels/unsupported.sh
}

make_debug_kernel()
{
	scripts/debug-kernel.sh > /dev/null
}

mkdir --parents "$out"
total=$SECONDS
prepare 'build root' bash -c 'scripts/buildroot.sh > /dev/null'
if [[ ${MAXWELL_DEBUG:-} ]]; then
	prepare 'debug kernel' make_debug_kernel
fi
for suite; do
	case $suite in
	check)
		run_suite check "$in_root" scripts/check.sh
		;;
	unit)
		prepare 'building the unit tests' "${make_in_root[@]}" in-root-unit
		# Side by side, each with its lines together.
		run_suite unit "${make_in_root[@]}" --output-sync --keep-going in-root-unit-run
		;;
	gossip)
		prepare 'building gossipd' "${make_in_root[@]}" gossipd
		run_suite gossip "${make_in_root[@]}" in-root-gossip T="${T:-}"
		;;
	campaign)
		prepare 'building the campaign' "${make_in_root[@]}" in-root-campaign-build
		run_suite campaign "${make_in_root[@]}" in-root-campaign-test SEED="${SEED:-}"
		;;
	fuzz)
		prepare 'building the fuzzers' "${make_in_root[@]}" in-root-fuzz-gossip-build
		run_suite fuzz "${make_in_root[@]}" in-root-fuzz-gossip-test
		;;
	proofs)
		run_suite proofs "$in_root" tests/proofs/prove.py --short
		;;
	guest)
		prepare 'building module, tools and guest' "${make_in_root[@]}" in-root-guest-cases
		read -ra patterns <<< "${T:-}"
		run_suite guest "$in_root" python3 -B tests/vm/run.py cases "${patterns[@]}"
		;;
	kunit)
		# Whatever the other suites run on, only the debug kernel has KUnit.
		[[ ${MAXWELL_DEBUG:-} ]] || prepare 'debug kernel' make_debug_kernel
		prepare 'building the KUnit suites' \
			env MAXWELL_DEBUG=1 "${make_in_root[@]}" in-root-kunit
		run_suite kunit env MAXWELL_DEBUG=1 "$in_root" python3 -B tests/vm/run.py exec \
			--name kunit --command 'bash tests/kunit/run.sh'
		;;
	kernels | kernels-short)
		read -ra patterns <<< "${T:-}"
		# One boot of each for the short form, hence one kind of time.
		[[ $suite == kernels ]] || patterns=("${representative[@]}" --clock counted)
		for kernel in ${KERNELS:?is not set: use make test-kernels}; do
			run_kernel "$kernel" cases "${patterns[@]}"
		done
		run_unsupported
		;;
	*)
		echo "test.sh: unknown suite '$suite': one of check, unit, guest, kunit," \
			"kernels, kernels-short, proofs, gossip, campaign, fuzz" >&2
		exit 1
		;;
	esac
done
echo "# everything took $((SECONDS - total)) s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
