# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts that fetch from the Debian archive share; to be sourced. They set
#	tmp	a directory of their own, which apt keeps its lists in
#	log	where step() collects the output of what it runs
#	cache	the directory of the cache

suite=trixie
cache=${MAXWELL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/maxwell}
tmp='' log=''

die()
{
	echo "$(basename "$0" .sh): $*" >&2
	exit 1
}

# step TEXT CMD...: runs a long step with its output in the log, says how long it took.
step()
{
	local text=$1 start=$SECONDS
	shift
	printf '%s: %s ...' "$(basename "$0" .sh)" "$text" >&2
	if ! "$@" >> "$log" 2>&1; then
		printf ' failed\n' >&2
		tail --lines=15 "$log" >&2
		die "'$text' failed, the whole log is $log"
	fi
	printf ' %d s\n' $((SECONDS - start)) >&2
}

# The host's own mirror: everything is fetched from where the host gets its packages.
find_mirror()
{
	local uri uris
	if [[ ${MAXWELL_MIRROR:-} ]]; then
		echo "$MAXWELL_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # apt expands it
	uris=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null || true)
	for uri in $uris; do
		case $uri in
		*security*) ;;
		*/debian/ | */debian) echo "$uri" && return ;;
		esac
	done
	die "no Debian archive in the host's apt sources, set MAXWELL_MIRROR to the URL of one"
}

# apt with lists and sources of its own, the host's proxies and rights to the mirror.
apt_private()
{
	local tool=$1
	shift
	"$tool" --option Dir::Etc::SourceList="$tmp/sources.list" \
		--option Dir::Etc::SourceParts=/dev/null --option Dir::Etc::Preferences=/dev/null \
		--option Dir::Etc::PreferencesParts=/dev/null --option Dir::Cache="$tmp/apt" \
		--option Dir::State::Lists="$tmp/apt/lists" --option Dir::State::Status=/dev/null \
		--option Acquire::Check-Valid-Until=false --option APT::Architecture=amd64 \
		--option APT::Architectures::=amd64 --option APT::Sandbox::User=root "$@"
}

# Makes $tmp ready for apt_private.
archive_sources()
{
	local mirror
	mirror=$(find_mirror)
	printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-updates" \
		"$mirror" "$suite-backports" > "$tmp/sources.list"
	mkdir --parents "$tmp/apt/lists/partial" "$tmp/apt/archives/partial"
}

# make_once SLOT LOCK CMD...: runs CMD, which leaves SLOT complete, unless it is; one run at a time.
make_once()
{
	local made=$1 lock=$cache/$2
	shift 2
	[[ ! -e $made/complete ]] || return 0
	mkdir --parents "$cache"
	exec 9> "$lock"
	flock --nonblock 9 || {
		echo "$(basename "$0" .sh): waiting for another run that makes $made" >&2
		flock 9
	}
	[[ -e $made/complete ]] || "$@"
}
