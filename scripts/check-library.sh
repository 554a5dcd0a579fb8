#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whether libmaxwell can be used by others: the shared library exports what the map says, which is
# what the headers declare and what is documented; and once installed, each header stands for
# itself, and programs in C and C++ that know nothing but the pkg-config file build without a
# warning, link with either library, and run.
#
# Builds apart from everything else, so that it may run beside another make.
#
# Usage: check-library.sh		inside the build root

set -euo pipefail

source=tools/libmaxwell
headers=("$source"/{libmaxwell,maxwell_objects,maxwell_market,maxwell_types}.h)
build=build/library/$MAXWELL_KERNEL
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
prefix=/opt/maxwell
lib=$work/dest$prefix/lib

fail()
{
	echo "check-library: $*" >&2
	exit 1
}

# same WHAT FILE WHAT FILE
same()
{
	diff --unified --label "$1" --label "$3" "$2" "$4" ||
		fail "$1 and $3 differ, see the lines with - and +"
}

make --no-print-directory install-dev BUILD="$build" DESTDIR="$work/dest" PREFIX="$prefix" \
	> "$work/log" 2>&1 || { cat "$work/log" && fail 'install-dev failed'; }

# --- names ---
sed --quiet 's/^\t\(mxw_[a-z0-9_]*\);$/\1/p' "$source/libmaxwell.map" | sort > "$work/map"
# Versions of their own have a symbol each as well, of type A.
nm --dynamic --defined-only "$lib/libmaxwell.so.0" | awk '$2 != "A" { print $3 }' |
	sort > "$work/exported"
same libmaxwell.map <(sed 's/$/@@MAXWELL_0.1/' "$work/map") libmaxwell.so.0 "$work/exported"
grep --no-filename --only-matching --perl-regexp \
	'^(?!static|typedef|struct \w+ \{|\s|#|/)[a-z].*?\bmxw_[a-z0-9_]+(?=\(|\[\]|;)' "${headers[@]}" |
	grep --only-matching 'mxw_[a-z0-9_]*$' | sort > "$work/declared"
same libmaxwell.map "$work/map" headers "$work/declared"
# Each function has its description where it is defined; with what it returns, unless that is void.
grep --no-filename --only-matching --perl-regexp '^[a-z].*?\bmxw_[a-z0-9_]+(?=\()' "${headers[@]}" |
	grep --invert-match typedef | sed 's/^static inline //' > "$work/prototypes"
while read -r prototype; do
	name=${prototype##*[ *]}
	described=$(cat "$source"/*.[ch] | sed --quiet "/^ \* $name() - /,/^ \*\//p")
	[[ $described ]] || fail "$name() is not described: /** $name() - ... */ is missing"
	[[ $prototype == "void $name" || $described == *' * Return: '* ]] ||
		fail "the description of $name() does not say what it returns"
done < "$work/prototypes"
soname=$(readelf --dynamic "$lib/libmaxwell.so.0" | sed --quiet 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[[ $soname == libmaxwell.so.0 ]] || fail "the soname is $soname"

# --- programs of others ---
export PKG_CONFIG_PATH=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/dest
version=$(sed --quiet 's/^VERSION=//p' META)
[[ $(pkg-config --modversion libmaxwell) == "$version" ]] ||
	fail "pkg-config says version $(pkg-config --modversion libmaxwell), META $version"

cat > "$work/user.c" << 'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmaxwell.h>
#include <maxwell_market.h>

/* A market without a kernel: one CPU, whose price is 42. */
int main(void)
{
	static char page[4096] __attribute__((aligned(64)));
	static char ring[MAXWELL_RING_BYTES] __attribute__((aligned(64)));
	struct maxwell_prices *header = (struct maxwell_prices *)page;
	struct maxwell_cpu_prices *cpu = (struct maxwell_cpu_prices *)(page + 64);
	struct maxwell_cpu_prices prices;
	struct mxw_wallet wallet;
	struct mxw_agent agent;
	int bids = 0;

	memset(&wallet, 0, sizeof(wallet));
	MXW_SET(&wallet, MAXWELL_A_WALLET_INCOME);
	if (!MXW_HAS(&wallet, MAXWELL_A_WALLET_INCOME) || MXW_HAS(&wallet, MAXWELL_A_WALLET_ID))
		return 1;
	if (strcmp(mxw_name(mxw_wallet_events, MAXWELL_WALLET_EVENT_DEBT), "debt"))
		return 2;
	if (mxw_agent_init(&agent, ring, page, sizeof(page)) != -EPROTO)
		return 3;
	header->magic = MAXWELL_PRICES_MAGIC;
	header->version = MAXWELL_PRICES_VERSION;
	header->total_bytes = sizeof(page);
	header->cpus_offset = 64;
	header->nr_cpus = 1;
	header->entry_bytes = sizeof(*cpu) + 4;
	cpu->price = 42;
	if (mxw_agent_init(&agent, ring, page, sizeof(page)) != -EPROTO)
		return 3;
	header->entry_bytes = sizeof(*cpu);
	header->nr_cpus = sizeof(page) / sizeof(*cpu);
	if (mxw_agent_init(&agent, ring, page, sizeof(page)) != -EPROTO)
		return 3;
	header->nr_cpus = 1;
	if (mxw_agent_init(&agent, ring, page, sizeof(page)))
		return 4;
	if (mxw_price_read(&agent, 0, &prices) || prices.price != 42)
		return 5;
	cpu->seq = 1;
	if (mxw_price_read(&agent, 0, &prices) != -EAGAIN ||
	    mxw_price_read(&agent, 1, &prices) != -EINVAL)
		return 6;
	while (!mxw_ring_bid(&agent, 0, MAXWELL_BID_FEEDER, 7, 0))
		bids++;
	if (bids != (int)MAXWELL_RING_ENTRIES || agent.ring->head != MAXWELL_RING_ENTRIES)
		return 7;
	agent.ring->tail = 1;
	if (mxw_ring_bid(&agent, 0, 0, 8, 0) || agent.entries[0].bid_cents != 8)
		return 8;
	if (mxw_ring_flush(&agent) != -EBADF)
		return 9;
	printf("%s\n", mxw_name(mxw_wallet_kinds, MAXWELL_WALLET_KIND_NAMED));
	return 0;
}
END
cp "$work/user.c" "$work/user.cc"
read -ra cflags < <(pkg-config --cflags libmaxwell)
read -ra libs < <(pkg-config --libs libmaxwell)
read -ra static_libs < <(pkg-config --static --libs libmaxwell)
warn=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wundef -Werror)
for header in "${headers[@]}"; do
	echo "#include <${header##*/}>" > "$work/alone.c"
	cp "$work/alone.c" "$work/alone.cc"
	gcc-14 -std=c11 "${warn[@]}" -Wstrict-prototypes "${cflags[@]}" -fsyntax-only "$work/alone.c"
	for standard in c++11 c++20; do
		clang-19 -std="$standard" "${warn[@]}" "${cflags[@]}" -fsyntax-only "$work/alone.cc"
	done
done

# runs NAME: the program says what it should.
runs()
{
	local said rc=0
	said=$(LD_LIBRARY_PATH=$lib "$work/$1") || rc=$?
	((rc == 0)) || fail "$1 ends with $rc"
	[[ $said == named ]] || fail "$1 says '$said'"
}

gcc-14 -std=gnu11 "${warn[@]}" -O2 "${cflags[@]}" -o "$work/shared" "$work/user.c" "${libs[@]}"
# The linker warns of what libnl calls in the C library.
gcc-14 -std=c11 "${warn[@]}" -O2 "${cflags[@]}" -c -o "$work/static.o" "$work/user.c"
gcc-14 -static -o "$work/static" "$work/static.o" "${static_libs[@]}" 2> "$work/log" ||
	{ cat "$work/log" && fail 'a static program does not link'; }
clang-19 -std=c++11 "${warn[@]}" -O2 "${cflags[@]}" -c -o "$work/user.o" "$work/user.cc"
gcc-14 -o "$work/c++" "$work/user.o" "${libs[@]}"
# The example is built as a reader of it would.
gcc-14 -std=gnu11 -Wall -Wextra -Werror -O2 "${cflags[@]}" -o "$work/agent" \
	"$source/examples/agent.c" "${libs[@]}"
runs shared
runs static
runs c++
readelf --dynamic "$work/shared" | grep --quiet 'NEEDED.*libmaxwell.so.0' ||
	fail 'a program linked with pkg-config does not use the shared library'
! readelf --dynamic "$work/static" | grep --quiet NEEDED ||
	fail 'a program linked with pkg-config --static needs shared libraries'

# --- and it all goes away again ---
make --no-print-directory uninstall BUILD="$build" DESTDIR="$work/dest" PREFIX="$prefix"
left=$(find "$work/dest" ! -type d)
[[ -z $left ]] || fail "uninstall leaves: $left"
