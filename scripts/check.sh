#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of everything in the tree, inside the build root. KTAP on stdout, one line a check;
# the findings of a check that fails are printed with it. What a file has passed once is not done
# again until something that matters to it changes: see stale() in check/common.sh. All that a check said is
# in build/check/CHECK.log.
#
# Usage: check.sh [CHECK...]	these checks only

set -euo pipefail

cd "$(dirname "$(dirname "$(readlink --canonicalize "$0")")")"
. scripts/check/common.sh
. scripts/check/style.sh
. scripts/check/text.sh
. scripts/check/kernel.sh
. scripts/check/user.sh

# Name of each check, which is that of its function. The two that build what others read come first.
checks=(tools_present module_without_warnings skeleton
	style_kernel style_user licence_tags versions_agree shell python yaml netlink_spec spelling
	manuals gossip_interfaces whitespace generated_files library
	sparse coccinelle kernel_doc cppcheck clang_tidy)

number=0
failed=0
mkdir --parents build/check

check()
{
	local name=$1 output start=$SECONDS rc
	number=$((number + 1))
	# A function that is called in a condition would run on after a command of it has failed.
	set +e
	output=$(set -e && "$name" 2>&1)
	rc=$?
	set -e
	if ((rc == 0)); then
		echo "ok $number $name # $((SECONDS - start))s"
	else
		failed=1
		echo "not ok $number $name # $((SECONDS - start))s"
	fi
	# What a check that passes says are figures, and what it had to leave out. All of it: the log.
	if [[ $output ]]; then
		echo "$output" > "build/check/$name.log"
		head --lines=60 <<< "$output" | sed 's/^/#   /'
	fi
}

for name; do
	[[ " ${checks[*]} " == *" $name "* ]] ||
		{ echo "check.sh: there is no check '$name': one of ${checks[*]}" >&2 && exit 1; }
done
if (($#)); then
	checks=("$@")
fi
echo 'KTAP version 1'
echo "1..${#checks[@]}"
for name in "${checks[@]}"; do
	check "$name"
done
exit "$failed"
