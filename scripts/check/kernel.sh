# shellcheck shell=bash
# shellcheck disable=SC2154 # what common.sh has set
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of the module: the compiler's warnings, sparse, semantic patches, kernel-doc.

module_without_warnings()
{
	local output
	output=$(make --no-print-directory module BUILD="$w1" W=1 2>&1) ||
		{ echo "$output" && return 1; }
	! grep --extended-regexp 'warning:|error:' <<< "$output"
}

# As kbuild calls sparse. Left to kbuild it would not run: packaged headers lack the script that
# finds out whether sparse is fit, and sparse 0.6.4 is not, for want of two words that are given to
# it here. What comes after the first error in a file is not looked at, so there must be none:
#	__typeof_unqual__	READ_ONCE() and others; what is left of const does no harm
#	__builtin_strlen	of string literals only, in assertions of module parameters
sparse_flags=(-D__linux__ -Dlinux -D__STDC__ -Dunix -D__unix__ -D__x86_64__ --arch=x86 -m64
	-mlittle-endian -Wbitwise -Wno-return-void -Wno-unknown-attribute
	'-D__typeof_unqual__(x)=__typeof__(x)' '-D__builtin_strlen(x)=(sizeof(x) - 1)')

# Faults that sparse has to see with the flags of the module and the kernel's headers, or it did not
# check anything: dereference of __rcu and of __user, byte order, a private member, an address of a
# per-CPU variable taken for one of memory.
sparse_canary='
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
struct canary { int __rcu *p; struct hrtimer timer; };
static int rcu(struct canary *c) { return *c->p; }
static int user(int __user *p) { return *p; }
static __be32 order(u32 x) { return x; }
static void *private(struct canary *c) { return c->timer.function; }
static int *percpu(int __percpu *p) { return p; }
void *canaries[] = { rcu, user, order, private, percpu };'
sparse_canaries='5 6 7 8 9'

# sparse_file OBJECT [SOURCE]: check what the object of the W=1 build was made from, or the source.
sparse_file()
{
	local object=${1#./} record line args
	record=$w1/${object%/*}/.${object##*/}.cmd
	line=$(sed --quiet 's/^savedcmd_[^ ]* := *//p' "$record")
	line=${line%% ; *}
	[[ $line == *gcc-14\ *\ -c\ * ]] || { echo "$record has no compiler's command" && return 1; }
	eval "args=(${line#*gcc-14 })"
	# kbuild tells of exported functions by header; kfuncs are declared by BTF alone, as
	# __bpf_kfunc_start_defs() tells the compiler but not sparse.
	if [[ $object == kernel/kfuncs.o ]]; then
		args+=(-Wno-decl)
	fi
	if (($# > 1)); then
		args[-1]=$2
	fi
	(cd "$w1" && command sparse "${sparse_flags[@]}" "${args[@]}" 2>&1)
}

sparse()
{
	local objects object output seen count=0 rc=0 canary
	mapfile -t objects < "$w1/sched_maxwell.mod"
	canary=$(mktemp --suffix=.c)
	# The first line is empty.
	tail --lines=+2 <<< "$sparse_canary" > "$canary"
	seen=$(sparse_file "${objects[0]}" "$canary" |
		sed --quiet "s|^$canary:\([0-9]*\):.* warning: .*|\1|p" | sort --unique | xargs)
	[[ " $seen " == *" $sparse_canaries "* ]] ||
		{ echo "sparse sees faults in lines '$seen', not '$sparse_canaries': blind" && return 1; }
	for object in "${objects[@]}"; do
		output=$(sparse_file "$object") || rc=1
		[[ -z $output ]] || { echo "$output" && rc=1; }
		count=$((count + 1))
	done
	((count >= 40)) || { echo "only $count objects were looked at" && return 1; }
	echo "$count objects; and it sees the faults that it is shown first"
	return "$rc"
}

# The kernel's semantic patches, as "make coccicheck" of a kernel tree would run them, but for what
# spatch can't do here: rules with Python or OCaml in them need its library inside spatch, so those
# are run as patches or with matches marked, which gives a diff, and those that can't are left out.
# minmax takes longer than all others together; kmalloc_objs is about allocations that are no errors.
coccinelle()
{
	local patch mode options count=0 left_out='' rc=0 broken=0 out bad=() digest
	matching '^kernel/.*\.h$'
	digest=$(digest scripts/check/kernel.sh "${list[@]}")
	matching '^kernel/.*\.[ch]$' 'netlink_gen'
	stale coccinelle "$digest" "${list[@]}"
	out=$(mktemp)
	while read -r patch; do
		mode=$(grep --only-matching --perl-regexp '^virtual\s+(.*,)?\s*\Kpatch' "$patch" ||
			grep --only-matching --perl-regexp '^virtual\s+(.*,)?\s*\Kcontext' "$patch") || mode=''
		if [[ -z $mode || $patch == */@(minmax|kmalloc_objs).cocci ]] || grep --quiet \
			--extended-regexp 'initialize:|script:python\(|script:(python|ocaml)@' "$patch"; then
			left_out+=" $(basename "$patch" .cocci)"
			continue
		fi
		count=$((count + 1))
		((${#stale[@]})) || continue
		options=$(sed --quiet 's/^.*Options://p' "$patch")
		# shellcheck disable=SC2086 # words
		spatch -D "$mode" --very-quiet --cocci-file "$patch" $options --include-headers \
			"${stale[@]}" > "$out" 2> "$out.err" || { cat "$out.err" && broken=1; }
		if [[ -s $out ]]; then
			echo "${patch#"$linux/scripts/coccinelle/"}: $(sed --quiet 's|^/// ||p' "$patch" | head -1)"
			sed 's/^/  /' "$out"
			mapfile -t -O "${#bad[@]}" bad < <(sed --quiet 's/^diff -u -p \([^ ]*\) .*/\1/p' "$out")
			rc=1
		fi
	done < <(find "$linux/scripts/coccinelle" -name '*.cocci' | sort)
	((count >= 45)) || { echo "only $count semantic patches can be run" && return 1; }
	((broken || rc && ! ${#bad[@]})) || passed "${bad[@]}"
	echo "$count semantic patches; left out:$left_out"
	return $((rc || broken))
}

kernel_doc()
{
	matching '^(kernel|uapi/linux|tools|gossipd)/.*\.[ch]$'
	"$linux/scripts/kernel-doc" -none -Werror "${list[@]}"
}
