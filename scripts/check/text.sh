# shellcheck shell=bash
# shellcheck disable=SC2154 # what common.sh has set
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of what is not C: scripts, YAML, manuals, prose, and what has to agree with what.

licence_tags()
{
	matching '\.([chsy]|sh|py|mk|bash|yaml|conf|cocci)$|(^|/)(Makefile|Kbuild|\.clang-tidy)$|^\.ci/'
	awk '/SPDX-License-Identifier:/ { tagged[FILENAME] = 1 }
		FNR == 4 { nextfile }
		END {
			for (i = 1; i < ARGC; i++)
				if (!tagged[ARGV[i]]) {
					print ARGV[i] ": no SPDX tag at its head"
					rc = 1
				}
			exit rc
		}' "${list[@]}"
}

versions_agree()
{
	local meta dkms range rc=0
	meta=$(sed --quiet 's/^VERSION=//p' META)
	dkms=$(sed --quiet 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	[[ $meta == "$dkms" ]] || { echo "META has version $meta, dkms.conf $dkms" && rc=1; }
	meta=$(sed --quiet 's/^KERNEL_MIN=//p' META)
	dkms=$(sed --quiet 's/^BUILD_EXCLUSIVE_KERNEL_MIN="\(.*\)"/\1/p' dkms.conf)
	[[ $meta == "$dkms" ]] || { echo "META has KERNEL_MIN $meta, dkms.conf $dkms" && rc=1; }
	range="Linux $meta to $(sed --quiet 's/^KERNEL_TESTED_MAX=//p' META) "
	grep --quiet --fixed-strings "$range" README.md || { echo "README.md lacks '$range'" && rc=1; }
	return "$rc"
}

# To a case its libraries matter, not the other cases.
shell()
{
	local digest
	local options=(--external-sources "--exclude=SC2317,SC2119,SC2016")
	matching '^scripts/.*\.sh$|^tests/vm/[^/]*\.sh$'
	digest=$(digest "${list[@]}")
	matching '\.(sh|bash)$|^\.ci/run$'
	stale shell "$digest ${options[*]}" "${list[@]}"
	judge_stale shellcheck --format=gcc "${options[@]}"
}

python()
{
	matching '\.py$'
	python3 -W error -c 'import ast, pathlib, sys
for name in sys.argv[1:]:
    ast.parse(pathlib.Path(name).read_bytes(), name)' "${list[@]}"
}

yaml()
{
	matching '\.ya?ml$|(^|/)\.clang-tidy$'
	yamllint --strict --config-data '{extends: relaxed, rules: {line-length: {max: 100}}}' \
		"${list[@]}"
}

netlink_spec()
{
	python3 "$linux/tools/net/ynl/pyynl/cli.py" --spec Documentation/netlink/specs/maxwell.yaml \
		--schema "$linux/Documentation/netlink/genetlink.yaml" --validate
}

# What machines have said, in the tests' data, stays as they said it.
spelling()
{
	matching '' '^tests/userspace/gossip/data/.*\.txt$'
	codespell --ignore-words-list=crate,ans,fo,ist "${list[@]}"
}

manuals()
{
	matching '/man/.*\.[1-9]$'
	mandoc -T lint -W warning "${list[@]}"
}

# Every member of gossipd's JSON and every metric is explained. What is one word in quotes, and no
# member: a text that may be none of the others.
gossip_interfaces()
{
	local doc=Documentation/gossip-interfaces.md name rc=0
	{
		grep --no-filename --only-matching '"[a-z][a-z_]*"' gossipd/daemon/json_*.c |
			grep --invert-match --line-regexp '"other"'
		tr --delete '\n\t' < <(cat gossipd/daemon/metric*.c) |
			grep --only-matching --extended-regexp \
				'(metric_(family|gauge|counter|histogram)|print_counts)\(out, *"[a-z_]+"' |
			sed 's/.*"\(.*\)"/"gossipd_\1"/'
	} | sort --unique | tr --delete '"' > build/check/gossip_interfaces.names
	(($(grep --count '^gossipd_' build/check/gossip_interfaces.names) > 50)) ||
		{ echo 'the metrics are not where they were' && rc=1; }
	while read -r name; do
		grep --quiet --fixed-strings "\`$name\`" "$doc" ||
			{ echo "$doc does not have $name" && rc=1; }
	done < build/check/gossip_interfaces.names
	return "$rc"
}

whitespace()
{
	! grep --line-number --with-filename --binary-files=without-match '[[:blank:]]$' "${files[@]}"
}

generated_files()
{
	scripts/regen.sh check
}

library()
{
	scripts/check-library.sh
}
