#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
#
# The files in /sys/kernel/maxwell and their ABI document agree: names, defaults, ranges; what lies
# outside is refused and changes nothing.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

ABI=$MAXWELL_SRC/Documentation/ABI/testing/sysfs-kernel-maxwell

# The document as lines "NAME MIN MAX DEFAULT".
documented()
{
	awk '
		function flush() {
			gsub(/ +/, " ", text)
			if (match(text, /from [0-9]+ to [0-9]+, [0-9]+ by default/)) {
				split(substr(text, RSTART, RLENGTH), word, /[ ,]+/)
				print name, word[2], word[4], word[5]
			}
			text = ""
		}
		/^What:/ { flush(); name = $2; sub(/.*\//, "", name); next }
		{ gsub(/\t/, " "); text = text " " $0 }
		END { flush() }
	' "$ABI"
}

# refused FILE TEXT REASON: writing TEXT fails for REASON, and the value stays.
refused()
{
	local file=$PARAMS/$1 before
	before=$(< "$file")
	if { printf '%s\n' "$2" > "$file"; } 2> "$CASE_TMP/error"; then
		die "$1 took '$2' and is $(< "$file") now"
	fi
	grep --quiet "$3" "$CASE_TMP/error" || die "$1, '$2': $(< "$CASE_TMP/error"), not: $3"
	[[ $(< "$file") == "$before" ]] || die "$1 refused '$2' but went from $before to $(< "$file")"
}

# taken FILE TEXT VALUE: writing TEXT succeeds and makes it VALUE.
taken()
{
	printf '%s\n' "$2" > "$PARAMS/$1" || die "$1 did not take '$2'"
	[[ $(< "$PARAMS/$1") == "$3" ]] || die "$1 took '$2' and is $(< "$PARAMS/$1"), not $3"
}

attach
files=$(cd "$PARAMS" && printf '%s\n' * | sort)
names=$(sed --quiet 's|^What:[[:space:]]*/sys/kernel/maxwell/||p' "$ABI" | sort)
[[ $files == "$names" ]] || die "files: $files; document: $names"
documented > "$CASE_TMP/documented"
count=$(wc --lines < "$CASE_TMP/documented")
# The version and the tables of 81-gpu-coupling.sh are no single numbers.
((count == $(wc --words <<< "$files") - 3)) || die "the document gives ranges of $count files"
for file in $files; do
	(($(wc --lines < "$PARAMS/$file") == 1)) || die "$file does not hold one line"
done

# Somebody to whom the values matter.
bid_spin 100 1
bid_spin 5 1
while read -r name min max default; do
	[[ $(stat --format='%a %u' "$PARAMS/$name") == '644 0' ]] || die "rights of $name"
	[[ $(< "$PARAMS/$name") == "$default" ]] || die "$name is $(< "$PARAMS/$name"), not $default"
	taken "$name" "$min" "$min"
	taken "$name" "$max" "$max"
	taken "$name" "$(printf '%#x' "$min")" "$min"
	refused "$name" $((max + 1)) 'Numerical result out of range'
	((min == 0)) || refused "$name" $((min - 1)) 'Numerical result out of range'
	refused "$name" 4294967295 'Numerical result out of range'
	refused "$name" 4294967296 'Numerical result out of range'
	refused "$name" $((4294967296 + default)) 'Numerical result out of range'
	for garbage in '' ' ' -1 x "$default x" "$default $default" "$default.5" 0x 1e3 "$default,"; do
		refused "$name" "$garbage" 'Invalid argument'
	done
	expect_fail 1 'Permission denied' as_nobody bash -c "echo $default > $PARAMS/$name"
	[[ $(as_nobody cat "$PARAMS/$name") == "$min" ]] || die "$name has changed, or cannot be read"
	taken "$name" "$default" "$default"
	note "$name: $min to $max, $default by default"
done < "$CASE_TMP/documented"

[[ $(< "$PARAMS/version") == "$(sed --quiet 's/^VERSION=//p' "$MAXWELL_SRC/META")" ]] ||
	die "the version is $(< "$PARAMS/version")"
expect_fail 1 'Permission denied' bash -c "echo 9 > $PARAMS/version"

# maxctl tune has the same list.
[[ $(json '.tunables[] | "\(.name) \(.min) \(.max) \(.default)"' maxctl -j tune list) == \
	"$(< "$CASE_TMP/documented")" ]] || die 'maxctl tune list differs from the document'
json '.tunables[] | "\(.name) \(.value)"' maxctl -j tune list > "$CASE_TMP/values"
while read -r name value; do
	[[ $(< "$PARAMS/$name") == "$value" ]] || die "maxctl has $value for $name"
done < "$CASE_TMP/values"
maxctl tune set slice_us 12345
[[ $(< "$PARAMS/slice_us") == 12345 && $(maxctl tune get slice_us) == 12345 ]] ||
	die 'what maxctl sets does not arrive'
[[ $(json '.tunables | map(.name) | join(" ")' maxctl -j tune diff) == slice_us ]] ||
	die "maxctl tune diff: $(maxctl tune diff)"
expect_fail 2 'allowed are 100 to 100000 (us)' maxctl tune set slice_us 99
expect_fail 2 'allowed are 100 to 100000 (us)' maxctl tune set slice_us ten
[[ $(< "$PARAMS/slice_us") == 12345 ]] || die 'a refused value changed slice_us'
tune sample_ms 7
maxctl tune reset slice_us
[[ $(< "$PARAMS/slice_us") == 4000 && $(< "$PARAMS/sample_ms") == 7 ]] || die 'tune reset of one'
tune slice_us 200
maxctl tune reset --all
[[ $(json '.tunables | length' maxctl -j tune diff) == 0 ]] || die 'tune reset --all left something'
