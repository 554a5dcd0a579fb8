# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of maxctl(8) for bash. Install as maxctl in the completions directory of bash-completion.

_maxctl_words() {
	case $1 in
	"") echo status attach detach run set show list top price demand cpus monitor tune doctor \
		version help ;;
	price) echo show set ;;
	tune) echo list diff get set reset ;;
	esac
}

_maxctl_options() {
	local common="--json --pretty --no-header --verbose --help"

	case $1 in
	"") echo "$common --version" ;;
	attach) echo "$common --all --wait" ;;
	detach) echo "$common --wait" ;;
	run) echo "$common --bid --default --feeder --general" ;;
	set) echo "$common --bid --default --feeder --general --fair --all-threads" ;;
	show) echo "$common --all-threads" ;;
	list) echo "$common --sort" ;;
	top) echo "$common --delay --batch --number" ;;
	"price show" | demand) echo "$common --cpu" ;;
	"price set") echo "$common --kind --cpu --slope --lease" ;;
	monitor) echo "$common --count --timeout" ;;
	"tune reset") echo "$common --all" ;;
	*) echo "$common" ;;
	esac
}

# What may follow an option that takes a value.
_maxctl_values() {
	case $1 in
	--kind | -k) echo local external gpu ;;
	--sort | -s) echo pid bid state cpu runtime charged wait wait-max comm ;;
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
	monitor) echo class price auction ;;
	help) _maxctl_words "" ;;
	"help price" | "help tune") _maxctl_words "${1#help }" ;;
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
		elif [[ " price tune help " == *" $command "* ]]; then
			command+=" $word"
		elif [[ $command == run ]]; then
			# Bids are numbers; anything else begins the command that is to run.
			[[ $word =~ ^[0-9]+$ ]] && continue
			_command_offset "$i" 2>/dev/null
			return
		fi
	done

	candidates=$(_maxctl_values "$previous")
	if [[ -z $candidates ]]; then
		if [[ $current == -* ]]; then
			candidates=$(_maxctl_options "$command")
		else
			candidates="$(_maxctl_words "$command") $(_maxctl_operands "$command")"
		fi
	fi
	if [[ $command == run && $current != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
	fi
}

complete -F _maxctl maxctl
