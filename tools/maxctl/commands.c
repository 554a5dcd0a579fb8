// SPDX-License-Identifier: GPL-2.0
/*
 * The command table.
 */
#include "maxctl.h"

#define BID_DETAILS                                                                                \
	"  -b, --bid N   bid N cents per CPU-second; 0 lives on the survival share\n"              \
	"  --default     bid the default, scaled by nice\n"                                        \
	"  --feeder      bid in the feeder book: the gpu multiplier does not apply\n"              \
	"  --general     bid in the general book\n"

#define WALLET_DETAILS                                                                             \
	"  -i, --income N     cents per second\n"                                                  \
	"  -c, --cap MONEY    no income while there is so much in it, in cents\n"                  \
	"  --half-life TIME   in which half of idle money evaporates, such as 60s; 0 for never\n"  \
	"  --unlimited        pays for everything, has no balance\n"

#define TARGET_DETAILS                                                                             \
	"  --user USER     tasks of this user, name or id\n"                                       \
	"  --pid PID       this thread, and those that it forks\n"                                 \
	"  --cgroup PATH   tasks in the cgroup (v2) with this directory, and below\n"

#define CPU_DETAILS "  -c, --cpu LIST   only these CPUs, such as 0-3,8\n"

#define SOCKET_DETAILS "  -s, --socket PATH   where gossipd listens, /run/gossipd/http.sock by default\n"

const struct mc_command mc_commands[] = {
	{ "status", NULL, cmd_status, MC_NEEDS_MODULE, "",
	  "Is the class attached, what it does; exit status 3 if not", NULL },
	{ "attach", NULL, cmd_attach, MC_NEEDS_MODULE | MC_MAY_LOAD, "[--all] [--wait TIME]",
	  "Attach the class: tasks with policy SCHED_EXT, or all",
	  "  -a, --all         every task of the normal policies\n"
	  "  -w, --wait TIME   how long to wait for the kernel, 3s by default\n" },
	{ "detach", NULL, cmd_detach, MC_NEEDS_MODULE, "[--wait TIME]",
	  "Detach the class: all tasks go back to the fair class",
	  "  -w, --wait TIME   how long to wait for the kernel, 3s by default\n" },
	{ "run", NULL, cmd_run, MC_NEEDS_CLASS | MC_OPTIONS_FIRST,
	  "[--bid N | --default] [--feeder | --general] [--wallet WALLET] [--] COMMAND "
	  "[ARGUMENT...]",
	  "Run a command under the class",
	  BID_DETAILS "  --wallet WALLET   draw on this wallet, id or name\n" },
	{ "set", NULL, cmd_set, MC_NEEDS_CLASS,
	  "[--bid N | --default] [--feeder | --general] [--fair] [-a] PID...",
	  "Set bids of running tasks, and bring them under the class",
	  BID_DETAILS "  --fair        go back to the fair class (SCHED_OTHER)\n"
		      "  -a, --all-threads   all threads of the processes\n" },
	{ "show", NULL, cmd_show, MC_NEEDS_CLASS, "[-a] PID...",
	  "Show policies, bids and accounts of tasks",
	  "  -a, --all-threads   all threads of the processes\n" },
	{ "list", NULL, cmd_list, MC_NEEDS_CLASS, "[--sort KEY]",
	  "List all tasks under the class",
	  "  -s, --sort KEY   pid, bid, state, cpu, runtime, charged, wait, wait-max,\n"
	  "                   wallet or comm\n" },
	{ "top", NULL, cmd_top, MC_NEEDS_CLASS, "[-d TIME] [-b] [-n N]",
	  "Show live who gets how much of the CPUs",
	  "  -d, --delay TIME   between two tables, 2s by default\n"
	  "  -b, --batch        print tables one after another\n"
	  "  -n, --number N     end after N tables\n" },
	{ "price", "show", cmd_price_show, MC_NEEDS_MODULE, "[--cpu LIST]",
	  "Show multipliers and reserve prices", CPU_DETAILS },
	{ "price", "set", cmd_price_set, MC_NEEDS_MODULE,
	  "[--kind KIND] [--cpu LIST] [--slope PER_S] [--lease TIME] MULTIPLIER",
	  "Set a multiplier, such as 2.5",
	  "  -k, --kind KIND     local (the default), external or gpu\n"
	  "  -c, --cpu LIST      only these CPUs, such as 0-3,8\n"
	  "  -s, --slope PER_S   change per second, such as 0.5 or -0.1\n"
	  "  -l, --lease TIME    how long it holds, such as 30s or 500ms; for good without\n" },
	{ "demand", NULL, cmd_demand, MC_NEEDS_MODULE, "[--cpu LIST]",
	  "Show the demand curve: waiting and running tasks by price", CPU_DETAILS },
	{ "cpus", NULL, cmd_cpus, MC_NEEDS_MODULE, "", "Show the state of each CPU's books", NULL },
	{ "wallet", "list", cmd_wallet_list, MC_NEEDS_MODULE | MC_DEFAULT_VERB, "",
	  "List all wallets", NULL },
	{ "wallet", "show", cmd_wallet_show, MC_NEEDS_MODULE, "[WALLET | --pid PID]",
	  "Show a wallet, one's own without a name",
	  "  --pid PID   the one that this thread draws on\n" },
	{ "wallet", "new", cmd_wallet_new, MC_NEEDS_MODULE,
	  "[--owner USER] (--income N [--cap MONEY] [--half-life TIME] | --unlimited) NAME",
	  "Make a wallet, and print its id",
	  "  --owner USER       who may choose it for tasks of his own; the caller by default\n"
	  WALLET_DETAILS },
	{ "wallet", "set", cmd_wallet_set, MC_NEEDS_MODULE,
	  "[--income N] [--cap MONEY] [--half-life TIME] [--unlimited] WALLET",
	  "Change the terms of a wallet", WALLET_DETAILS },
	{ "wallet", "fund", cmd_wallet_fund, MC_NEEDS_MODULE, "WALLET MONEY",
	  "Put money into a wallet, in cents", NULL },
	{ "wallet", "grant", cmd_wallet_grant, MC_NEEDS_MODULE,
	  "WALLET (--user USER | --pid PID | --cgroup PATH)",
	  "Let a user, a thread or a cgroup draw on a wallet", TARGET_DETAILS },
	{ "wallet", "revoke", cmd_wallet_revoke, MC_NEEDS_MODULE,
	  "(--user USER | --pid PID | --cgroup PATH)", "Take such a grant back", TARGET_DETAILS },
	{ "wallet", "grants", cmd_wallet_grants, MC_NEEDS_MODULE, "",
	  "List the users and cgroups that wallets are granted to", NULL },
	{ "wallet", "delete", cmd_wallet_delete, MC_NEEDS_MODULE, "WALLET", "Delete a wallet",
	  NULL },
	{ "gpu", NULL, cmd_gpu, MC_NEEDS_MODULE, "", "Show the state of each GPU's auction", NULL },
	{ "monitor", NULL, cmd_monitor, MC_NEEDS_MODULE,
	  "[--count N] [--timeout TIME] [class] [price] [auction] [wallet]",
	  "Print events as they come; class and price without a name",
	  "  -n, --count N        end after N events\n"
	  "  -t, --timeout TIME   end after this time; status 124 if --count is not reached\n" },
	{ "gossip", "status", cmd_gossip_status, MC_DEFAULT_VERB, "[--socket PATH]",
	  "Show what gossipd measures here, and the price that it makes of it", SOCKET_DETAILS },
	{ "gossip", "peers", cmd_gossip_peers, 0, "[--socket PATH]",
	  "Show the other nodes that gossipd hears of", SOCKET_DETAILS },
	{ "gossip", "zone", cmd_gossip_zone, 0, "[--socket PATH]",
	  "Show the zones of cooling, their headroom in cooling and in power", SOCKET_DETAILS },
	{ "tune", "list", cmd_tune_list, 0, "", "List all tunables", NULL },
	{ "tune", "diff", cmd_tune_diff, 0, "", "List the tunables that were changed", NULL },
	{ "tune", "get", cmd_tune_get, 0, "NAME", "Print a tunable", NULL },
	{ "tune", "set", cmd_tune_set, 0, "NAME VALUE", "Set a tunable", NULL },
	{ "tune", "reset", cmd_tune_reset, 0, "NAME | --all", "Set tunables to their default",
	  "  -a, --all   all of them\n" },
	{ "doctor", NULL, cmd_doctor, 0, "", "Check what the class needs, and say how to mend it",
	  NULL },
	{ "version", NULL, cmd_version, 0, "", "Print versions of maxctl and the module", NULL },
	{ "help", NULL, cmd_help, 0, "[COMMAND [SUBCOMMAND]]", "Print help", NULL },
	{ 0 },
};
