#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 180
# not-debug: that kernel has no IP
#
# gossipd's unit as it is installed, under systemd: started is ready, a reload that is wrong changes
# nothing, one that hangs is killed and started again, stopped is clean. Settings that are wrong are
# not tried again, what may pass by itself is for as long as it takes. In its sandbox it has what it
# needs and no more.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/systemd.sh"

ETC=$CASE_TMP/etc
SOCKET=/run/gossipd/http.sock
WRONG_SETTINGS=6

on_exit()
{
	if [[ $SD_PID ]]; then
		said | sed 's/^/# /'
		sd systemctl status --no-pager --lines=0 gossipd | sed 's/^/# /'
	fi
	sd_end
	rmdir /etc/gossipd
}

# --- what systemd says ---

property()
{
	sd systemctl show --value --property "$1" gossipd
}

# is PROPERTY VALUE
is()
{
	[[ $(property "$1") == "$2" ]]
}

# expect PROPERTY=VALUE...
expect()
{
	local pair all
	all=$(sd systemctl show gossipd)
	for pair; do
		grep --quiet --line-regexp --fixed-strings -- "$pair" <<< "$all" ||
			die "not $pair but $(grep "^${pair%%=*}=" <<< "$all")"
	done
}

# said [TEXT]: the unit's journal, or whether TEXT is in it.
said()
{
	local text
	sd journalctl --sync
	text=$(sd journalctl --unit gossipd --output cat --no-pager)
	if (($#)); then
		grep --quiet --fixed-strings -- "$1" <<< "$text"
	else
		echo "$text"
	fi
}

# seconds CMD...: how long it takes, whole ones, in $TOOK; its status is ours.
seconds()
{
	local begin=${EPOCHREALTIME/./} rc=0
	"$@" || rc=$?
	TOOK=$(((${EPOCHREALTIME/./} - begin) / 1000000))
	return "$rc"
}

# --- what the daemon says ---

# state FILTER: of the daemon's own account.
state()
{
	sd maxctl -j gossip status | jq --raw-output ".gossip | $1"
}

# measured: by the sensor that the settings have.
measured()
{
	[[ $(state .measured.temperature_c.value) == 6* ]]
}

# settings LINE...: with these in the section Gossip.
settings()
{
	{
		cat << END
[Sensors]
exec=/etc/gossipd/sensor
command_timeout=10s
[Feed]
lease=2s
[Gossip]
END
		(($# == 0)) || printf '%s\n' "$@"
	} > "$ETC/gossipd.conf"
}

# As gossipd(8) has it.
make_keys()
(
	install --directory --mode=700 "$ETC/keys"
	umask 077
	gossipd genkey > "$ETC/keys/identity"
	gossipd genzonekey "$ETC/keys/zone"
)

# What others have, which is not for the daemon.
make_secrets()
{
	mkdir --parents "$CASE_TMP/home/user"
	echo secret | tee "$CASE_TMP/home/secret" "$CASE_TMP/home/user/secret" > /tmp/secret
	sd install --directory --mode=700 /var/lib/private /var/lib/private/other
	sd touch /var/lib/private/other/secret
}

# Before its first reading it tries what it can do.
make_sensor()
{
	cat > "$ETC/sensor" << 'END'
#!/bin/sh
[ -e "$STATE_DIRECTORY/report" ] ||
	python3 -B /maxwell/src/tests/vm/sandbox.py > "$STATE_DIRECTORY/report" 2>&1
printf 'temp_c=6%s\nlimit_c=85\n' "$(date +%N | cut -c 1-2 | sed 's/./&./')"
END
	chmod +x "$ETC/sensor"
}

# --- the parts of the case ---

starts()
{
	note 'started is ready'
	check 'it starts' sd systemctl start gossipd
	! said 'mode is different' || die 'what is installed by the manual is not what the unit wants'
	expect SubState=running Type=notify-reload
	said 'runs, incarnation' || die 'it was not ready when systemctl came back'
	[[ $(property StatusText) == '0 nodes live,'*'no reading yet' ]] ||
		die "right after the start its status is '$(property StatusText)'"
	wait_for 30 measured
	[[ $(sd ps -o user= -p "$(property MainPID)") != root ]] || die 'it runs as root'
}

feeds()
{
	note 'it feeds the module when that comes'
	said 'is the module sched_maxwell loaded?' || die 'it did not say that there is no module'
	load_module
	wait_for 30 said 'the kernel takes our prices'
}

in_sandbox()
{
	local report=/proc/$SD_PID/root/var/lib/gossipd/report
	note 'the sandbox'
	wait_for 60 grep --quiet '^end$' "$report"
	cat "$report"
	! grep '^WRONG' "$report" > "$CASE_TMP/wrong" ||
		die "the sandbox is wrong: $(paste --serial --delimiters=';' "$CASE_TMP/wrong")"
}

reloads()
{
	local pid
	pid=$(property MainPID)
	note 'a reload'
	settings interval_cool=777ms interval_normal=777ms
	check 'a reload' sd systemctl reload gossipd
	expect SubState=running
	[[ $(state .interval_ms) == 777 ]] || die 'the new settings are not in force'
	[[ $(property StatusText) != *'last reload'* ]] || die 'the status speaks of a failure'

	note 'a reload that is wrong'
	settings interval_cool=555ms interval_normal=555ms margin_critical=warm
	check 'a reload that is wrong' sd systemctl reload gossipd
	expect SubState=running "MainPID=$pid" NRestarts=0
	said 'gossipd.conf:9: Gossip.margin_critical' || die 'it did not say what is wrong'
	said 'the settings stay as they were' || die 'it did not say what it made of that'
	[[ $(property StatusText) == *'the last reload failed'* ]] ||
		die "the status does not speak of it: $(property StatusText)"
	[[ $(state .interval_ms) == 777 ]] || die 'a part of settings that are wrong is in force'

	settings interval_cool=777ms interval_normal=777ms
	check 'the reload after that' sd systemctl reload gossipd
	[[ $(property StatusText) != *'last reload'* ]] || die 'the status still speaks of it'
}

hangs()
{
	local first
	first=$(state .incarnation)
	note 'it hangs'
	sd sh -c "kill -STOP $(property MainPID)"
	seconds wait_for 30 is NRestarts 1
	note "systemd took $TOOK s to see it"
	wait_for 20 is SubState running
	said 'Watchdog timeout' || die 'that was not the watchdog'
	wait_for 10 measured
	(($(state .incarnation) > first)) || die 'the incarnation did not rise'
	(($(said | grep --count 'the incarnation is made of the time') == 1)) ||
		die 'the state did not outlive the first one'
}

stops()
{
	note 'a stop'
	[[ -S /proc/$SD_PID/root$SOCKET ]] || die "there is no $SOCKET"
	seconds sd systemctl stop gossipd || die 'it does not stop'
	((TOOK < 3)) || die "it took $TOOK s to stop"
	expect SubState=dead Result=success ExecMainStatus=0
	[[ ! -e /proc/$SD_PID/root$SOCKET ]] || die "$SOCKET is still there"
}

is_misconfigured()
{
	note 'settings that are wrong'
	settings margin_critical=warm
	expect_fail 1 'failed' sd systemctl start gossipd
	sleep 2
	expect SubState=failed Result=exit-code "ExecMainStatus=$WRONG_SETTINGS" NRestarts=0
	settings
}

# A machine that starts it faster than this one had more failures in 10 s than systemd stands by
# default.
is_kept_out()
{
	local dir=/run/systemd/system/gossipd.service.d
	note 'something that passes by itself'
	sd mkdir --parents "$dir"
	printf '[Unit]\nStartLimitBurst=1\n' | sd tee "$dir/burst.conf" > /dev/null
	sd systemctl daemon-reload
	python3 -c 'import socket, time
taken = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
taken.bind(("::", 7460))
time.sleep(600)' &
	HOGS+=("$!")
	wait_for 10 grep --quiet --ignore-case ':1D24 ' /proc/net/udp6
	expect_fail 1 'failed' sd systemctl start gossipd
	said 'cannot listen on [::]:7460: Address already in use' || die 'it did not say why'
	wait_for 30 tried 2
	kill -KILL "${HOGS[-1]}"
	wait_for 30 is SubState running
	check 'it stops after that' sd systemctl stop gossipd
}

# tried NR: times that it was started again.
tried()
{
	(($(property NRestarts) >= $1))
}

command -v gossipd > /dev/null || skip 'gossipd is not in the guest'
mkdir --parents "$ETC" "$CASE_TMP/home" /etc/gossipd
make_keys
settings
make_sensor
sd_boot "$ETC:/etc/gossipd" "$CASE_TMP/home:/home" "$CASE_TMP/home:/root" \
	"$CASE_TMP/home:/var/backups" /maxwell/installed/usr/local:/usr/local
make_secrets
check 'the unit is good' sd systemd-analyze verify --man=no gossipd.service
starts
feeds
in_sandbox
reloads
hangs
stops
is_misconfigured
is_kept_out
