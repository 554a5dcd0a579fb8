#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
# not-debug: that kernel has no IP
#
# The unit that is installed, under a systemd of its own (in namespaces of processes, mounts and
# cgroups): started is ready, a reload that is wrong changes nothing, one that hangs is started
# again, and wrong settings are not tried again. As a user that exists for it alone it feeds the
# module.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

on_exit()
{
	sed 's/^/# systemd: /' "$CASE_TMP/systemd.log"
	sc status --no-pager --lines=0 gossipd || true
	sed 's/^/# /' "$CASE_TMP/log"
}

# sc COMMAND...: systemctl, beside that systemd.
sc()
{
	nsenter --target "$MANAGER" --mount --pid --cgroup timeout 30 systemctl "$@"
}

property()
{
	sc show --value --property "$1" gossipd
}

# is PROPERTY VALUE
is()
{
	[[ $(property "$1") == "$2" ]]
}

up()
{
	[[ $(sc is-system-running) =~ ^(running|degraded)$ ]]
}

# The first process of the namespace that unshare made.
find_manager()
{
	MANAGER=$(pgrep --parent "$UNSHARE" --full systemd) && [[ $MANAGER ]]
}

state_of_feed()
{
	[[ $(json '.multipliers[] | select(.cpu == 1 and .kind == "local") | .state' maxctl -j price show) == "$1" ]]
}

# What systemd finds when it starts: nothing of this guest's own services.
manager()
{
	mount --make-rprivate /
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir --parents /run/systemd/system /run/gossip-etc
	mount --bind /run/gossip-etc /etc/gossipd
	cp "$CASE_TMP/etc/"* /etc/gossipd
	cp "$CASE_TMP/gossipd.service" "$CASE_TMP/test.target" /run/systemd/system
	exec env container=maxwell-test /usr/lib/systemd/systemd --system --unit=test.target \
		--log-target=console --log-level=info --show-status=no
}

# settings KEY=VALUE...: of the section Node; the log goes to a file that the unit may write.
settings()
{
	cat > "$CASE_TMP/etc/gossipd.conf" << END
[Node]
id=7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10
listen=127.0.0.1:7460
$(printf '%s\n' "$@")
[Multicast]
enabled=no
[Sensors]
thermal=no
hwmon=no
rapl=no
nvml=no
events=no
file=/etc/gossipd/sensors
[Feed]
lease=2s
END
	[[ ${MANAGER:-} ]] || return 0
	cp "$CASE_TMP/etc/gossipd.conf" "/proc/$MANAGER/root/etc/gossipd/gossipd.conf"
}

command -v gossipd > /dev/null || skip 'gossipd is not in the guest'
[[ -x /usr/lib/systemd/systemd ]] || skip 'systemd is not in the guest'
umask 077
mkdir --parents "$CASE_TMP/etc/keys" /etc/gossipd
gossipd genkey > "$CASE_TMP/etc/keys/identity"
gossipd genzonekey "$CASE_TMP/etc/keys/zone"
printf 'temp_c=40\nlimit_c=85\npower_w=100\ninlet_c=25\n' > "$CASE_TMP/etc/sensors"
settings
umask 022
binary=$(command -v gossipd)
sed "s|@prefix@/sbin/gossipd|$binary|" "$MAXWELL_SRC/gossipd/gossipd.service" \
	> "$CASE_TMP/gossipd.service"
printf '[Unit]\nDescription=Nothing but what is started by hand\n' > "$CASE_TMP/test.target"
check 'the unit is good' systemd-analyze verify --man=no "$CASE_TMP/gossipd.service"

ip link set lo up
attach "$@"
export -f manager
export CASE_TMP
unshare --pid --fork --mount --cgroup --kill-child bash -c 'set -euo pipefail; manager' \
	> "$CASE_TMP/systemd.log" 2>&1 &
UNSHARE=$!
HOGS+=("$UNSHARE")
wait_for 20 find_manager
wait_for 20 up

note 'started is ready'
check 'systemctl start' sc start gossipd
is ActiveState active || die "it is $(property ActiveState)"
wait_for 20 state_of_feed held
first=$(property MainPID)
user=$(nsenter --target "$MANAGER" --mount --pid ps -o user= -p "$first")
[[ $user != root ]] || die 'it runs as root'

note 'a reload that is wrong changes nothing, a good one is taken'
settings 'expected=many'
sc reload gossipd || true
is ActiveState active || die "after a wrong reload it is $(property ActiveState)"
is MainPID "$first" || die 'it was started again by a wrong reload'
settings 'expected=7'
check 'systemctl reload' sc reload gossipd
is MainPID "$first" || die 'it was started again by a reload'

note 'hung: the watchdog has it started again'
nsenter --target "$MANAGER" --mount --pid kill -STOP "$first"
wait_for 40 is NRestarts 1
wait_for 20 is ActiveState active
wait_for 20 state_of_feed held

note 'ended: within its time, and the kernel has its safe price again'
check 'systemctl stop' sc stop gossipd
is Result success || die "stopped with $(property Result)"
wait_for 20 state_of_feed safe

note 'settings that are wrong are not tried again'
settings 'expected=many'
! sc start gossipd || die 'it started with wrong settings'
sleep 3
is ActiveState failed || die "with wrong settings it is $(property ActiveState)"
is ExecMainStatus 6 || die "it ended with $(property ExecMainStatus)"
