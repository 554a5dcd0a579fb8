// SPDX-License-Identifier: GPL-2.0
/*
 * The table of all keys: what each is called, what it may be, where it goes, what it is for. Keys
 * of [Control] come from the controller's own table.
 */
#include "config_keys.h"

const struct config_section config_sections[] = {
	{ "Node", "Who this node is, and where it keeps what outlives it." },
	{ "Keys", "Files with keys. They must be readable for the daemon alone." },
	{ "Gossip", "How often and how much it talks, and when it gives up on others." },
	{ "Multicast", "The group that the nodes of a zone listen to." },
	{ "InfiniBand", "A second way for what goes to the zone, where nodes have InfiniBand or RoCE. "
	  "Each goes on with UDP until all hear each other on it, and again when they do not." },
	{ "Peers", "Nodes to ask at the start, where multicast and mDNS do not reach." },
	{ "Mdns", "Nodes of the zone that Avahi finds on the link, and this one announced there. What is "
	  "found is only where to say hello: nothing is believed for it." },
	{ "Sensors", "Where temperatures and powers come from." },
	{ "Control", "Tunables of the controller that makes prices of temperatures." },
	{ "Feed", "How prices get to the kernel." },
	{ "Http", "JSON, the stream and the metrics, for people and machines." },
	{ "Migrate", "When to say that work had better move, and to whom." },
	{ "Log", "What is written about all this." },
};

const size_t config_nr_sections = sizeof(config_sections) / sizeof(config_sections[0]);

/* In the order of their enums. */
static const char *const levels[] = { "error", "warning", "info", "debug", NULL };
static const char *const enables[] = { "auto", "yes", "no", NULL };
static const char *const targets[] = { "auto", "stderr", "journal", NULL };

/* Bytes of a text that may be long. */
#define TEXT_MAX 160

#define BASE(in, key, kind, field, ...) {						\
	.section = (in), .name = (key), .type = (kind),					\
	.offset = offsetof(struct daemon_config, field),				\
	.size = sizeof(((struct daemon_config *)NULL)->field), __VA_ARGS__		\
}

#define KEY(in, key, kind, member, ...) BASE(in, key, kind, member, .unit = "", __VA_ARGS__)

/* Numbers with their range and default. */
#define NUMBER(in, key, member, of, lo, hi, first, ...)					\
	BASE(in, key, CONFIG_WHOLE, member, .unit = (of), .min = (lo), .max = (hi),	\
	     .initial = (first), __VA_ARGS__)
#define REAL(in, key, member, of, lo, hi, first, ...)					\
	BASE(in, key, CONFIG_REAL, member, .unit = (of), .min = (lo), .max = (hi),	\
	     .initial = (first), __VA_ARGS__)
#define SWITCH(in, key, member, first, ...)						\
	KEY(in, key, CONFIG_BOOL, member, .initial = (first), __VA_ARGS__)
#define FILE_KEY(in, key, member, ...)							\
	KEY(in, key, CONFIG_ABSOLUTE, member, __VA_ARGS__)

static const struct config_key keys[] = {
	KEY("Node", "id", CONFIG_ID, gossip.self, .sample = "7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10",
	    .help = "Name of the node in the gossip, a UUID; without it one is derived from the "
		    "machine's id."),
	KEY("Node", "name", CONFIG_TEXT, node.name, .sample = "rack7-node3",
	    .help = "Name for people; without it that of the site file, or else of the host."),
	NUMBER("Node", "zone", gossip.zone, "", 0, 65535, "0",
	       .help = "Zone of cooling that the node stands in, as the site file numbers it."),
	FILE_KEY("Node", "state_directory", node.state_dir, .initial = "/var/lib/gossipd",
		 .needed = true,
		 .help = "Directory for what has to outlive a restart."),
	FILE_KEY("Node", "site_file", node.site_file, .sample = "/etc/gossipd/site.json",
		 .live = true,
		 .help = "Description of the site; without it a node knows of no places, only of "
			 "what it hears."),
	KEY("Node", "listen", CONFIG_ADDRS, node.listen, .max = CONFIG_LISTEN_MAX,
	    .initial = "[::]:7460", .needed = true,
	    .help = "Address and port of the UDP socket for what is sent to this node alone."),
	NUMBER("Node", "members_max", gossip.members_max, "", 2, 4096, "1024",
	       .help = "Nodes that it has room for, itself among them."),
	NUMBER("Node", "expected", gossip.expected, "", 0, 4096, "0", .live = true,
	       .help = "Nodes that the zone should have; 0: as many as the site file has, or the "
		       "most that were seen."),

	FILE_KEY("Keys", "identity", keys.identity, .initial = "/etc/gossipd/keys/identity",
		 .needed = true,
		 .help = "The node's own Ed25519 key, with which it signs."),
	FILE_KEY("Keys", "authority", keys.authority, .sample = "/etc/gossipd/keys/authority.pub",
		 .help = "Public key of who endorses the nodes' keys; without it a node's key is "
			 "taken as it first comes."),
	FILE_KEY("Keys", "endorsement", keys.endorsement,
		 .sample = "/etc/gossipd/keys/endorsement",
		 .help = "The authority's signature of this node's public key."),
	FILE_KEY("Keys", "zone", keys.zone, .initial = "/etc/gossipd/keys/zone",
		 .live = true, .needed = true,
		 .help = "Keys of the zone: the one that seals what is sent, and those before and after "
			 "it, which are accepted as well."),

	NUMBER("Gossip", "interval_critical", gossip.interval_critical_ms, "ms", 5, 1000, "10ms",
	       .live = true, .help = "Between beacons in a crisis."),
	NUMBER("Gossip", "interval_warning", gossip.interval_warning_ms, "ms", 5, 10000, "50ms",
	       .live = true, .help = "Between beacons when the margin is small."),
	NUMBER("Gossip", "interval_normal", gossip.interval_normal_ms, "ms", 10, 10000, "200ms",
	       .live = true, .help = "Between beacons in normal operation."),
	NUMBER("Gossip", "interval_cool", gossip.interval_cool_ms, "ms", 10, 10000, "1s",
	       .live = true, .help = "Between beacons of a node that is cool."),
	REAL("Gossip", "margin_critical", gossip.margin_critical_c, "\302\260C", 0.5, 50, "5C",
	     .live = true,
	     .help = "A crisis begins when the hottest sensor is that close to throttling."),
	REAL("Gossip", "margin_warning", gossip.margin_warning_c, "\302\260C", 0, 80, "10C",
	     .live = true,
	     .help = "Below this margin interval_warning applies."),
	REAL("Gossip", "margin_normal", gossip.margin_normal_c, "\302\260C", 0, 100, "20C",
	     .live = true,
	     .help = "Below this margin interval_normal applies, above it interval_cool."),
	NUMBER("Gossip", "fanout", gossip.fanout, "", 1, 16, "3", .live = true,
	       .help = "Peers that a round of repair goes to."),
	NUMBER("Gossip", "ttl", gossip.ttl, "", 1, 16, "3", .live = true,
	       .help = "Hops that a record may take."),
	NUMBER("Gossip", "probe_interval", gossip.probe_interval_ms, "ms", 100, 60000, "1s",
	       .live = true, .help = "Between two probes of the failure detector."),
	NUMBER("Gossip", "probe_timeout", gossip.probe_timeout_ms, "ms", 10, 30000, "500ms",
	       .live = true,
	       .help = "Without an answer for so long, others are asked to probe."),
	NUMBER("Gossip", "indirect", gossip.indirect, "", 0, 16, "3", .live = true,
	       .help = "How many others are asked."),
	NUMBER("Gossip", "suspicion_mult", gossip.suspicion_mult, "", 1, 1000, "35", .live = true,
	       .help = "Shortest time of a suspicion, in probe intervals times log10 of the "
		       "nodes."),
	NUMBER("Gossip", "suspicion_max_mult", gossip.suspicion_max_mult, "", 1, 100, "2",
	       .live = true, .help = "Longest time of a suspicion, in shortest ones."),
	NUMBER("Gossip", "confirmations", gossip.confirmations, "", 1, 8, "3", .live = true,
	       .help = "Nodes that must have accused one before it counts as dead, if there are as "
		       "many."),
	NUMBER("Gossip", "budget", gossip.budget_bytes_per_s, "B/s", 1232, 125000000, "1250kB/s",
	       .live = true,
	       .help = "Most that the node sends, by a token bucket: below 1 % of its link."),
	NUMBER("Gossip", "burst", gossip.burst_bytes, "B", 4928, 125000000, "65536B", .live = true,
	       .help = "What the token bucket holds."),
	NUMBER("Gossip", "source_rate", gossip.source_rate_per_s, "1/s", 10, 100000, "1000",
	       .live = true, .help = "Datagrams that are taken from one source in a second."),

	SWITCH("Multicast", "enabled", multicast.enabled, "yes",
	       .help = "Send beacons to a group; no: to each coupled neighbour by itself."),
	KEY("Multicast", "group4", CONFIG_GROUP4, multicast.group4, .sample = "239.192.0.7",
	    .help = "IPv4 group, or none; by default 239.192.H.L, with the zone's number as H and "
		    "L."),
	KEY("Multicast", "group6", CONFIG_GROUP6, multicast.group6, .sample = "ff15::4d58:7",
	    .help = "IPv6 group, or none; by default ff15::4d58:Z, with the zone's number as Z."),
	NUMBER("Multicast", "port", multicast.port, "", 1, 65535, "7461",
	       .help = "UDP port of the groups."),
	KEY("Multicast", "interface", CONFIG_TEXT, multicast.interface, .max = 15, .sample = "eth0",
	    .help = "Network interface; without it the routes decide."),
	NUMBER("Multicast", "ttl", multicast.ttl, "", 0, 255, "1",
	       .help = "Routers that a datagram to the group may pass, and one more."),

	KEY("InfiniBand", "enable", CONFIG_CHOICE, infiniband.enable, .names = enables,
	    .initial = "auto",
	    .help = "Use it as soon as there is a device; yes: warn if there is none yet."),
	KEY("InfiniBand", "hca", CONFIG_TEXT, infiniband.hca, .max = TEXT_MAX,
	    .sample = "=mlx5_0:1,mlx5_1:1",
	    .help = "Ports by the names of their devices, best first, as NCCL_IB_HCA has them: = "
		    "before names that are whole, ^ before those that are not to be used; without "
		    "it all."),
	KEY("InfiniBand", "group4", CONFIG_GROUP4, infiniband.group4, .sample = "239.192.0.7",
	    .help = "IPv4 group, or none; by default 239.192.H.L, with the zone's number as H and "
		    "L."),
	KEY("InfiniBand", "group6", CONFIG_GROUP6, infiniband.group6, .sample = "ff15::4d58:7",
	    .help = "IPv6 group, used if group4 is none; by default ff15::4d58:Z, with the zone's "
		    "number as Z."),
	SWITCH("InfiniBand", "send_only", infiniband.send_only, "no",
	       .help = "Send to the group without hearing it; what others say comes by UDP then."),
	NUMBER("InfiniBand", "buffers", infiniband.buffers, "", 64, 16384, "512",
	       .help = "Datagrams that a port can hold until the daemon has looked at them; each "
		       "takes as much memory as the longest on that port, mostly 4 KiB."),
	FILE_KEY("InfiniBand", "plugin", infiniband.plugin,
		 .sample = "/usr/lib/gossipd/gossipd-ib.so",
		 .help = "The plug-in, if it is not where it was installed."),

	KEY("Peers", "address", CONFIG_ADDRS, peers, .max = CONFIG_PEERS_MAX, .live = true,
	    .sample = "192.0.2.7:7460",
	    .help = "Address and port, by numbers. Those who are found there tell about the "
		    "others."),

	SWITCH("Mdns", "enabled", mdns.enabled, "no", .live = true,
	       .help = "Use mDNS, by the machine's avahi-daemon; while there is none, go on without "
		       "it."),
	KEY("Mdns", "type", CONFIG_TEXT, mdns.type, .max = 63, .needed = true, .live = true,
	    .initial = "_maxwell-gossip._udp",
	    .help = "Type of the service; all nodes of a zone need the same."),
	KEY("Mdns", "interface", CONFIG_TEXT, mdns.interface, .max = 15, .sample = "eth0",
	    .live = true, .help = "Network interface; without it all that Avahi uses."),

	FILE_KEY("Sensors", "root", sensors.root, .initial = "/", .needed = true,
		 .help = "Directory in which sys and dev are looked for."),
	NUMBER("Sensors", "interval", sensors.interval_ms, "ms", 10, 60000, "100ms",
	       .help = "Between two readings of quick sensors."),
	NUMBER("Sensors", "rescan", sensors.rescan_ms, "ms", 1000, 3600000, "1min",
	       .help = "Between two searches for sensors that came or went."),
	NUMBER("Sensors", "deadline", sensors.deadline_ms, "ms", 10, 60000, "2s",
	       .help = "A reading that takes longer hangs; the others go on."),
	NUMBER("Sensors", "stale", sensors.stale_ms, "ms", 100, 600000, "5s",
	       .help = "What was measured longer ago counts only if there is nothing better."),
	NUMBER("Sensors", "stuck", sensors.stuck_ms, "ms", 1000, 3600000, "1min",
	       .help = "A reading that stands still for so long while the power does not is "
		       "suspect."),
	SWITCH("Sensors", "thermal", sensors.thermal, "yes", .help = "Read thermal zones."),
	SWITCH("Sensors", "hwmon", sensors.hwmon, "yes", .help = "Read hwmon devices."),
	SWITCH("Sensors", "rapl", sensors.rapl, "yes", .help = "Read energy counters."),
	SWITCH("Sensors", "nvml", sensors.nvml, "yes",
	       .help = "Read GPUs by NVIDIA's library, if it is there."),
	SWITCH("Sensors", "events", sensors.events, "yes",
	       .help = "Read at once when the kernel tells of a thermal event."),
	KEY("Sensors", "nvml_library", CONFIG_TEXT, sensors.nvml_library, .max = 128,
	    .sample = "libnvidia-ml.so.1", .help = "Name of that library."),
	KEY("Sensors", "ipmi", CONFIG_TEXT, sensors.ipmi, .max = TEXT_MAX,
	    .sample = "ipmitool sdr",
	    .help = "Command that prints what the BMC measures, as ipmitool or ipmi-sensors do."),
	KEY("Sensors", "exec", CONFIG_TEXTS, sensors.exec, .max = CONFIG_EXEC_MAX,
	    .sample = "/usr/local/libexec/pdu-power",
	    .help = "Command that prints readings, for Redfish, SNMP and what else there is."),
	NUMBER("Sensors", "command_interval", sensors.command_interval_ms, "ms", 100, 3600000,
	       "10s", .help = "From one start of a command to the next."),
	NUMBER("Sensors", "command_timeout", sensors.command_timeout_ms, "ms", 100, 600000, "8s",
	       .help = "A command that takes longer is killed, with all that it started."),
	FILE_KEY("Sensors", "file", sensors.file, .sample = "/run/gossipd/sensors",
		 .help = "File with readings, for tests and for sensors of one's own."),
	KEY("Sensors", "exclude", CONFIG_TEXTS, sensors.exclude, .max = CONFIG_TEXTS_MAX,
	    .sample = "hwmon/nvme*", .help = "Shell pattern of names of sensors that are left "
		      "out."),
	REAL("Sensors", "limit", sensors.limit_c, "\302\260C", 20, 150, NULL, .sample = "95C",
	     .help = "Where the hardware throttles, for sensors that do not say it themselves."),
	REAL("Sensors", "power_max", sensors.power_max_w, "W", 1, 65534, NULL, .sample = "800W",
	     .help = "Most that the node can draw, where neither hardware nor site file say it."),

	SWITCH("Feed", "enabled", feed.enabled, "yes",
	       .help = "Tell the kernel the price; no: only compute and show it."),
	KEY("Feed", "cpus", CONFIG_SET, feed.cpus, .sample = "0-15,32-47",
	    .help = "CPUs that the price is for; without it all."),
	NUMBER("Feed", "lease", feed.lease_ms, "ms", 100, 600000, "5s", .live = true,
	       .help = "How long a price holds; after that the kernel goes to its safe "
		       "multiplier."),
	NUMBER("Feed", "interval", feed.interval_ms, "ms", 1, 10000, "10ms", .live = true,
	       .help = "Shortest time between two prices that are sent, but for a crisis."),
	NUMBER("Feed", "demand", feed.demand_ms, "ms", 0, 60000, "1s", .live = true,
	       .help = "Between two looks at the kernel's demand curve; 0: none."),

	SWITCH("Http", "enabled", http.enabled, "yes", .help = "Serve at all."),
	FILE_KEY("Http", "unix", http.unix_path, .initial = "/run/gossipd/http.sock", .max = 107,
		 .help = "Unix socket, or none."),
	KEY("Http", "listen", CONFIG_ADDRS, http.listen, .max = CONFIG_LISTEN_MAX,
	    .initial = "127.0.0.1:7462",
	    .help = "Address and port by numbers, or none. Nobody is asked who he is."),
	SWITCH("Http", "remote", http.remote, "no",
	       .help = "Allow addresses to listen at that are not of this machine alone."),
	NUMBER("Http", "clients", http.clients_max, "", 1, 1024, "64",
	       .help = "Clients at once."),
	NUMBER("Http", "queue", http.queue_max, "", 1, 1024, "32", .live = true,
	       .help = "Messages that wait for a client of the stream; beyond them the oldest is "
		       "dropped."),
	NUMBER("Http", "timeout", http.timeout_ms, "ms", 1000, 300000, "10s",
	       .help = "A client that takes longer for its request is cut off."),
	NUMBER("Http", "stream_interval", http.stream_ms, "ms", 10, 60000, "1s", .live = true,
	       .help = "Between two messages of the stream when nothing special happens."),

	FILE_KEY("Migrate", "hook", migrate.hook, .sample = "/usr/local/libexec/move-work",
		 .live = true,
		 .help = "Program that is run when work had better move; gets the node's UUID and "
			 "the ratio of the prices."),
	NUMBER("Migrate", "timeout", migrate.timeout_ms, "ms", 100, 600000, "30s", .live = true,
	       .help = "After that the program is killed."),
	NUMBER("Migrate", "interval", migrate.interval_ms, "ms", 100, 3600000, "10s", .live = true,
	       .help = "Shortest time between two runs."),
	REAL("Migrate", "price", gossip.migrate_price, "", 1, 1000, "1.5", .live = true,
	     .help = "Only at a multiplier of at least this."),
	REAL("Migrate", "ratio", gossip.migrate_ratio, "", 1, 1000, "1.25", .live = true,
	     .help = "Only to who is cheaper by at least this factor."),

	KEY("Log", "level", CONFIG_CHOICE, log.level, .names = levels, .initial = "info",
	    .live = true, .help = "What is written: this and all that is worse."),
	KEY("Log", "target", CONFIG_CHOICE, log.target, .names = targets, .initial = "auto",
	    .help = "Where to; auto: the journal if the service manager says so, else standard "
		    "error."),
	NUMBER("Log", "burst", log.burst_per_s, "1/s", 0, 10000, "10", .live = true,
	       .help = "Lines of one kind in a second, the rest is counted; 0: no limit."),
};

#define NR_FIXED (sizeof(keys) / sizeof(keys[0]))

/**
 * config_nr_keys - how many keys there are
 *
 * Return: indices of config_key() are below that
 */
size_t config_nr_keys(void)
{
	return NR_FIXED + control_nr_tunables;
}

/**
 * config_key - a key
 * @index: below config_nr_keys()
 *
 * Return: the key
 */
struct config_key config_key(size_t index)
{
	const struct control_tunable *t;
	const char *unit;

	if (index < NR_FIXED)
		return keys[index];
	t = &control_tunables[index - NR_FIXED];
	/* A share may be written in per cent. */
	unit = *t->unit || t->max > 1 ? t->unit : "1";
	return (struct config_key){
		.section = "Control", .name = t->name, .type = CONFIG_REAL, .unit = unit,
		.size = sizeof(double), .offset = t->offset, .min = t->min, .max = t->max,
		.help = t->doc, .live = true, .needed = true, .control = true,
	};
}
