# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the static checks share: the files of the tree, a memory of what has passed, the tools.

# shellcheck disable=SC2034 # for who sources this
linux=/usr/src/maxwell-linux
# A build of its own: W=1 must not spoil the objects of the normal one, and another make may be on.
w1=build/w1/$MAXWELL_KERNEL

# Everything under version control or about to be: this must also work where there is no git.
mapfile -t files < <(find . -path ./build -prune -o -path ./.git -prune -o -type f -print |
	sed 's|^\./||' | grep --invert-match --extended-regexp '^\.checkpatch|\.pyc$' | sort)

# matching REGEX [REGEX]: the files that match the first and not the second, into $list.
matching()
{
	mapfile -t list < <(printf '%s\n' "${files[@]}" | grep --extended-regexp -e "$1" |
		grep --invert-match --extended-regexp -e "${2:-^$}")
	((${#list[@]})) || { echo "no file matches $1" && return 1; }
}

tools_present()
{
	local tool rc=0
	for tool in clang-19 clang-tidy-19 codespell cppcheck gcc-14 make mandoc perl python3 \
		shellcheck spatch sparse yamllint; do
		# Not a function of that name.
		type -P "$tool" > /dev/null || { echo "$tool is missing" && rc=1; }
	done
	for tool in scripts/checkpatch.pl scripts/kernel-doc scripts/coccinelle \
		tools/net/ynl/pyynl/cli.py; do
		[[ -e $linux/$tool ]] || { echo "$linux/$tool is missing" && rc=1; }
	done
	return "$rc"
}

# What each file that includes others includes: see dependencies().
declare -A includes

# digest FILE...: one for all of them together.
digest()
{
	cat "$@" | sha256sum | cut --characters=1-32
}

# stale NAME SALT FILE...: those of the files that the check NAME has not passed as they are now, into
# $stale. A file is what is in it and in what it includes; SALT is all else that matters, but for the
# packages of the build root. passed() takes note that they are clean, in the cache.
stale()
{
	local name=$1 salt file part sum key
	local -A sums
	salt=$(digest /var/lib/dpkg/status - <<< "$2")
	shift 2
	memory=/cache/check/$name.passed
	mkdir --parents /cache/check
	touch "$memory"
	while read -r sum file; do
		sums[$file]=${sum:0:16}
	done < <(echo "$*" "${includes[*]}" | tr ' ' '\n' | sort --unique | xargs sha256sum)
	now=$(for file; do
		key=${sums[$file]}
		for part in ${includes[$file]:-}; do
			key+=${sums[$part]}
		done
		echo "$salt $key $file"
	done | sort)
	mapfile -t stale < <(comm -23 <(echo "$now") "$memory" | cut --delimiter=' ' --fields=3)
}

# passed [FILE...]: all, but not these.
passed()
{
	if (($#)); then
		now=$(grep --invert-match --fixed-strings --file=<(printf ' %s\n' "$@") <<< "$now") || true
	fi
	echo "$now" > "$memory.$BASHPID"
	mv "$memory.$BASHPID" "$memory"
}

# judge_stale CMD...: run a checker that begins a finding with the file's name and a colon.
judge_stale()
{
	local found rc=0 bad=()
	if ((${#stale[@]})); then
		found=$(mktemp)
		"$@" "${stale[@]}" | tee "$found" || rc=1
		mapfile -t bad < <(cut --delimiter=: --fields=1 "$found" | sort --unique)
	fi
	# One that fails without a finding has broken down.
	if ((rc == 0 || ${#bad[@]})); then
		passed "${bad[@]}"
	fi
	return "$rc"
}
