#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whether each static check can fail: plants a fault in a copy of the tree, runs the check that is
# there for it, and wants to see it fail over this fault and no other. KTAP on stdout.
#
# Usage: selftest.sh [CHECK...]	inside the build root, after a "make check": what that has built
#				and what has passed need not be done again

set -euo pipefail

tree=$PWD
number=0
failed=0

# The copy takes the tree's place, for this process and its children.
if [[ ${1:-} != --in-copy ]]; then
	copy=$(mktemp --directory)
	tar --create --exclude=./build --exclude=./.git . | tar --extract --directory="$copy"
	mkdir "$copy/build"
	for part in w1 check library; do
		[[ ! -e build/$part ]] || cp --archive "build/$part" "$copy/build/"
	done
	# shellcheck disable=SC2016 # for the inner shell
	exec unshare --mount --propagation private bash -c 'mount --bind "$1" "$2" && cd "$2" &&
		shift 2 && exec scripts/check/selftest.sh --in-copy "$@"' selftest "$copy" "$tree" "$@"
fi
shift
only=" $* "

# verdict CHECK WHAT TEXT: run the check; it has to fail and to say TEXT, an extended regex.
verdict()
{
	local check=$1 what=$2 text=$3 rc=0 start=$SECONDS
	if [[ $only != '  ' && $only != *" $check "* ]]; then
		return
	fi
	number=$((number + 1))
	rm --force "build/check/$check.log"
	# What sparse looks at is what was built.
	if [[ $check == sparse ]]; then
		scripts/check.sh module_without_warnings > /dev/null || true
	fi
	scripts/check.sh "$check" > /dev/null 2>&1 || rc=$?
	if ((rc == 1)) && grep --quiet --extended-regexp "$text" "build/check/$check.log"; then
		echo "ok $number $check: $what # $((SECONDS - start))s"
	else
		failed=1
		echo "not ok $number $check: $what # $((SECONDS - start))s"
		echo "#   status $rc; it does not say $text, but:"
		head --lines=20 "build/check/$check.log" | sed 's/^/#   /' || true
	fi
}

# plant CHECK WHAT FILE TEXT: with what stdin has at the end of the file, or as a new file.
plant()
{
	local check=$1 what=$2 file=$3 text=$4 saved=''
	if [[ -e $file ]]; then
		saved=$(mktemp)
		cp --preserve=timestamps "$file" "$saved"
	fi
	cat >> "$file"
	verdict "$check" "$what" "$text"
	if [[ $saved ]]; then
		cp "$saved" "$file"
	else
		rm "$file"
	fi
}

# swap CHECK WHAT FILE EXPRESSION TEXT: with a file changed by sed.
swap()
{
	local check=$1 what=$2 file=$3 expression=$4 text=$5 saved
	saved=$(mktemp)
	cp "$file" "$saved"
	sed --in-place --regexp-extended "$expression" "$file"
	! cmp --quiet "$file" "$saved" || { echo "selftest: $expression changes nothing in $file" && exit 1; }
	verdict "$check" "$what" "$text"
	cp "$saved" "$file"
}

echo 'KTAP version 1'

bin=$(mktemp --directory)
ln --symbolic /usr/bin/* "$bin"
rm "$bin/sparse"
PATH=$bin verdict tools_present 'no sparse' '^sparse is missing'

plant module_without_warnings 'a function that nobody calls' kernel/price.c \
	'planted.*defined but not used' << 'END'
static int planted(void) { return 1; }
END
plant skeleton 'BPF that does not compile' tools/maxctl/maxwell.bpf.c 'planted' << 'END'
int planted_int = planted;
END
plant style_kernel 'wrong spaces' kernel/price.c 'price\.c:.*SPACING' << 'END'
int  planted(int a){ return a+1; }
END
plant style_user 'wrong spaces' tools/maxctl/run.c 'run\.c:.*SPACING' << 'END'
int  planted(int a){ return a+1; }
END
plant licence_tags 'a file without a tag' tests/vm/planted.c 'planted\.c: no SPDX' << 'END'
/* Nothing. */
END
swap versions_agree 'another version in META' META 's/^VERSION=.*/VERSION=99.9/' 'version 99\.9'
plant shell 'a word that is split' tests/planted.sh 'SC2086' << 'END'
#!/bin/bash
rm $1
END
plant python 'a syntax error' tests/vm/planted.py 'planted\.py' << 'END'
def planted(:
END
plant yaml 'a key that is there twice' tests/planted.yaml 'duplication of key "planted"' << 'END'
planted: 1
planted: 2
END
plant netlink_spec 'a key that no spec has' Documentation/netlink/specs/maxwell.yaml "'planted' was" \
	<< 'END'
planted: true
END
# In two halves, as the check reads this file as well.
plant spelling 'a word misspelt' README.md 'README\.md:.* ==> ' <<< 'teh'" planted word has been reci""eved"
plant manuals 'a macro that there is none of' tools/maxctl/man/maxctl.8 'PLANTED' << 'END'
.PLANTED macro
END
swap gossip_interfaces 'a metric that is not explained' gossipd/daemon/metrics.c \
	's/"uptime_seconds"/"planted_seconds"/' 'gossipd_planted_seconds'
plant whitespace 'a blank at the end of a line' README.md 'README\.md:[0-9]+:planted ' <<< 'planted '
plant generated_files 'a generated file that was edited' uapi/linux/maxwell.h 'planted' << 'END'
/* planted */
END
swap library 'a function in the map that there is none of' tools/libmaxwell/libmaxwell.map \
	's/^\tmxw_close;/&\n\tmxw_planted;/' 'mxw_planted'

for fault in 'RCU pointer|int __rcu **planted|noderef|**planted' \
	'user pointer|int __user *planted|noderef|*planted' \
	'byte order|__be32 planted|restricted __be32|planted + 1' \
	'per-CPU pointer|int __percpu *planted|noderef|*planted'; do
	IFS='|' read -r what parameter text expression <<< "$fault"
	plant sparse "$what" kernel/price.c "price\\.c:.*$text" << END
int planted_fault($parameter);
int planted_fault($parameter)
{
	return $expression;
}
END
done
ln --symbolic --force /usr/bin/true "$bin/sparse"
PATH=$bin verdict sparse 'a sparse that sees nothing' 'blind'

plant coccinelle 'a test before kfree()' kernel/price.c 'ifnullfree' << 'END'
void planted(void *p);
void planted(void *p)
{
	if (p)
		kfree(p);
}
END
plant coccinelle 'a pointer used where it is NULL' kernel/price.c 'deref_null' << 'END'
int planted(struct mx_price *p);
int planted(struct mx_price *p)
{
	if (!p)
		return p->kind;
	return 0;
}
END
plant kernel_doc 'a parameter that is not described' kernel/price.h "'planted'" << 'END'
/**
 * planted() - nothing
 * @other: what it does not have
 */
int planted(int planted);
END
plant cppcheck 'beyond the end of an array' tools/maxctl/run.c 'run\.c:.*arrayIndexOutOfBounds' << 'END'
int planted(void)
{
	int planted[2];

	planted[2] = 1;
	return planted[2];
}
END
plant clang_tidy 'a null pointer on one way through' tools/libmaxwell/extack.c \
	'extack\.c:.*core\.NullDereference' << 'END'
int planted(int n, int *p);
int planted(int n, int *p)
{
	if (n > 5)
		p = 0;
	return *p;
}
END
plant clang_tidy "a warning of clang's own" kernel/ring.c 'ring\.c:.*clang-diagnostic-' << 'END'
int planted(int n);
int planted(int n)
{
	return n == n;
}
END
echo "1..$number"
exit "$failed"
