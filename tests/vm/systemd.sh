# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A systemd that is the first process of namespaces of its own, for cases about units; to be sourced
# behind lib.sh. It starts the journal and nothing else: sd_boot [FROM:TO...], sd CMD..., sd_end.

# Beside the case's cgroup: controllers can be had by children of a cgroup without processes alone.
SD_GROUP=/sys/fs/cgroup/systemd
SD_PID=''

# The first process: systemd, once it finds nothing but what is wanted of it.
sd_first()
{
	local dir pair

	mount -t proc proc /proc
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	for dir in /run /var/lib /var/log /usr/lib/systemd/system-generators \
		/etc/systemd/system/*.wants \
		/usr/lib/systemd/system/{sysinit,basic,sockets,timers,local-fs}.target.wants; do
		[[ ! -d $dir ]] || mount -t tmpfs -o mode=755 tmpfs "$dir"
	done
	ln --symbolic ../systemd-journald.service /usr/lib/systemd/system/sysinit.target.wants/
	tr --delete - < /proc/sys/kernel/random/uuid > /run/machine-id
	mount --bind /run/machine-id /etc/machine-id
	for pair; do
		mount --bind "${pair%:*}" "${pair#*:}"
	done
	# As in a container it leaves the machine's clock, host name and settings alone.
	exec env --ignore-environment PATH="$PATH" container=maxwell-test \
		/usr/lib/systemd/systemd --system --unit=basic.target --log-target=journal \
		--show-status=no
}

sd_begun()
{
	SD_PID=$(pgrep --parent "$SD_UNSHARE" --exact systemd) &&
		[[ -e /proc/$SD_PID/root/run/systemd/private ]]
}

# sd_boot [FROM:TO...]: with FROM seen at TO, which has to be there.
sd_boot()
{
	[[ -x /usr/lib/systemd/systemd ]] || skip 'systemd is not in the guest'
	mkdir --parents "$SD_GROUP"
	echo '+memory +pids' > /sys/fs/cgroup/cgroup.subtree_control
	export SD_GROUP
	export -f sd_first
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'echo $$ > "$SD_GROUP/cgroup.procs" && exec unshare --pid --mount --cgroup --fork \
		--kill-child bash -euc "sd_first \"\$@\"" sd "$@"' sd "$@" > "$CASE_TMP/systemd.log" 2>&1 &
	SD_UNSHARE=$!
	HOGS+=("$SD_UNSHARE")
	wait_for 60 sd_begun
	sd systemctl is-system-running --wait || die 'systemd does not get up'
}

# sd CMD...: beside that systemd.
sd()
{
	nsenter --target "$SD_PID" --pid --mount --cgroup -- "$@"
}

sd_group_gone()
{
	find "$SD_GROUP" -depth -type d -exec rmdir {} +
}

# To be called by on_exit, as what runs under systemd is not in the case's cgroup.
sd_end()
{
	[[ -e $SD_GROUP ]] || return 0
	echo 1 > "$SD_GROUP/cgroup.kill"
	wait_for 10 sd_group_gone
	echo '-memory -pids' > /sys/fs/cgroup/cgroup.subtree_control
	sed 's/^/# systemd: /' "$CASE_TMP/systemd.log"
}
