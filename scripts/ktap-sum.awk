# SPDX-License-Identifier: GPL-2.0
#
# Adds up a KTAP stream: prints "PASSED FAILED SKIPPED MISSING". A test with subtests counts as its
# subtests; MISSING is how many of the planned tests at the top gave no result.

function count(line)
{
	if (line ~ /^not ok /)
		failed++
	else if (line ~ /# SKIP/)
		skipped++
	else
		passed++
}

/^[ \t]+(not )?ok / {
	sub(/^[ \t]+/, "")
	nested = 1
	if (/^not ok /)
		nested_failed = 1
	count($0)
	next
}

/^(not )?ok / {
	seen++
	# The sum of its subtests, unless it failed by itself.
	if (!nested || (/^not ok / && !nested_failed))
		count($0)
	nested = nested_failed = 0
}

/^1\.\.[0-9]+/ {
	sub(/^1\.\./, "")
	planned += $1
}

END {
	missing = planned > seen ? planned - seen : 0
	print passed + 0, failed + 0, skipped + 0, missing
}
