# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of maxctl(8) for bash. Install as maxctl in the completions directory of bash-completion.

_maxctl_words() {
	case $1 in
	"") echo status attach detach run set show list top price demand cpus wallet gpu \
		monitor gossip tune doctor version help ;;
	gossip) echo status peers zone ;;
	price) echo show set ;;
	wallet) echo list show new set fund grant revoke grants delete ;;
	tune) echo list diff get set reset ;;
	esac
}

_maxctl_options() {
	local common="--json --pretty --no-header --verbose --help"

	case $1 in
	"") echo "$common --version" ;;
	attach) echo "$common --all --wait" ;;
	detach) echo "$common --wait" ;;
	run) echo "$common --bid --default --feeder --general --wallet" ;;
	set) echo "$common --bid --default --feeder --general --fair --all-threads" ;;
	show) echo "$common --all-threads" ;;
	list) echo "$common --sort" ;;
	top) echo "$common --delay --batch --number" ;;
	"price show" | demand) echo "$common --cpu" ;;
	"price set") echo "$common --kind --cpu --slope --lease" ;;
	"wallet show") echo "$common --pid" ;;
	"wallet new") echo "$common --owner --income --cap --half-life --unlimited" ;;
	"wallet set") echo "$common --income --cap --half-life --unlimited" ;;
	"wallet grant" | "wallet revoke") echo "$common --user --pid --cgroup" ;;
	monitor) echo "$common --count --timeout" ;;
	gossip*) echo "$common --socket" ;;
	"tune reset") echo "$common --all" ;;
	*) echo "$common" ;;
	esac
}

_maxctl_wallets() {
	maxctl --no-header wallet list 2>/dev/null | awk '{ print $2 }'
}

# What may follow an option that takes a value.
_maxctl_values() {
	case $1 in
	--kind | -k) echo local external gpu ;;
	--sort | -s) echo pid bid state cpu runtime charged wait wait-max wallet comm ;;
	--wallet) _maxctl_wallets ;;
	--user | --owner) compgen -u ;;
	--pid) ps -e -o pid= ;;
	esac
}

# What may follow a command.
_maxctl_operands() {
	case $1 in
	show) maxctl --no-header list 2>/dev/null | awk '{ print $1 }' ;;
	set) ps -e -o pid= ;;
	"tune get" | "tune set" | "tune reset")
		maxctl --no-header tune list 2>/dev/null | awk '{ print $1 }'
		;;
	"wallet show" | "wallet set" | "wallet fund" | "wallet grant" | "wallet delete")
		_maxctl_wallets
		;;
	monitor) echo class price auction wallet ;;
	help) _maxctl_words "" ;;
	"help price" | "help tune" | "help wallet" | "help gossip") _maxctl_words "${1#help }" ;;
	esac
}

_maxctl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command="" word i candidates

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $word == -* ]] && continue
		if [[ -z $command ]]; then
			command=$word
		elif [[ " price tune wallet gossip help " == *" $command "* ]]; then
			command+=" $word"
		elif [[ $command == run ]]; then
			# Values of options come before the command that is to run.
			[[ ${COMP_WORDS[i - 1]} == @(--bid|-b|--wallet) ]] && continue
			_command_offset "$i" 2>/dev/null
			return
		fi
	done

	candidates=$(_maxctl_values "$previous")
	if [[ -n $candidates ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
		return
	fi
	if [[ $current == -* ]]; then
		candidates=$(_maxctl_options "$command")
	else
		candidates="$(_maxctl_words "$command") $(_maxctl_operands "$command")"
	fi
	if [[ $command == run && $current != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
	elif [[ $previous == --cgroup ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
	fi
}

complete -F _maxctl maxctl
