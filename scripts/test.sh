#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs test suites, each of which prints KTAP, and adds them up. The last line is always
# "N passed, N failed, N skipped"; the exit status is 0 only if none failed.
#
# Usage: test.sh SUITE...		of: check unit guest kunit
# T=PATTERN in the environment selects guest cases; MAXWELL_DEBUG=1 takes the debug kernel for them.

set -euo pipefail

cd "$(dirname "$(dirname "$(readlink --canonicalize "$0")")")"
in_root=scripts/inroot.sh
make_in_root=("$in_root" make --no-print-directory)
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
		run_suite unit "${make_in_root[@]}" in-root-unit-run
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
	*)
		echo "test.sh: unknown suite '$suite': one of check, unit, guest, kunit" >&2
		exit 1
		;;
	esac
done
echo "# everything took $((SECONDS - total)) s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
