/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of the daemon, from a file in INI form. One table (config_keys.c) says of each key what
 * it is called, what it may be and where it goes: parser, checker, printer, manual page and
 * annotated example follow from it.
 *
 * A load gives a whole new structure or none, and all that is wrong with the file, not the first
 * error alone. Whoever reloads puts the new one in the place of the old one only if there is one.
 */
#ifndef GOSSIPD_CONFIG_H
#define GOSSIPD_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "control.h"
#include "gossip.h"

#define CONFIG_PATH "/etc/gossipd/gossipd.conf"
#define CONFIG_FILE_BYTES_MAX 65536
#define CONFIG_CPUS_MAX 8192
#define CONFIG_ERRORS_MAX 32
#define CONFIG_ERROR_LEN 256

/* Of what can be given more than once. */
#define CONFIG_PEERS_MAX 64
#define CONFIG_LISTEN_MAX 4
#define CONFIG_TEXTS_MAX 16
#define CONFIG_EXEC_MAX 8

/**
 * union config_addr - a socket address; family AF_UNSPEC: none was given
 * @sa: to look at the family, and for calls
 * @in: IPv4
 * @in6: IPv6
 */
union config_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * struct config_addrs - addresses of a key that can be given more than once
 * @nr: how many
 * @addr: by the order in the file
 */
struct config_addrs {
	size_t nr;
	union config_addr addr[CONFIG_PEERS_MAX];
};

/**
 * struct config_texts - texts of a key that can be given more than once
 * @nr: how many
 * @text: by the order in the file
 */
struct config_texts {
	size_t nr;
	char *text[CONFIG_TEXTS_MAX];
};

/**
 * struct config_cpus - a set of CPUs; all zeros: all that there are
 * @bit: CPU n is bit n % 64 of word n / 64
 */
struct config_cpus {
	uint64_t bit[CONFIG_CPUS_MAX / 64];
};

enum config_log_level {
	CONFIG_LOG_ERROR,
	CONFIG_LOG_WARNING,
	CONFIG_LOG_INFO,
	CONFIG_LOG_DEBUG,
	CONFIG_LOG_LEVELS,
};

enum config_log_target {
	CONFIG_LOG_AUTO,	/* the journal if it started the daemon, else standard error */
	CONFIG_LOG_STDERR,
	CONFIG_LOG_JOURNAL,
	CONFIG_LOG_TARGETS,
};

/* A text is NULL where the key was not given and has no default; paths are absolute. */

/* [Node]; what the core takes of it is in daemon_config.gossip. */
struct config_node {
	char *name;		/* for people; NULL: as in the site file, or the host's */
	char *state_dir;	/* incarnation */
	char *site_file;	/* NULL: no site description */
	struct config_addrs listen;	/* of the unicast socket; at most CONFIG_LISTEN_MAX */
};

/* [Keys] */
struct config_keys {
	char *identity;		/* the node's own secret key */
	char *authority;	/* public key of who endorses; NULL: any is taken at first sight */
	char *endorsement;	/* of the own public key */
	char *zone;		/* its keys, all in one file */
};

/* [Multicast] */
struct config_multicast {
	union config_addr group4;	/* with the port; AF_UNSPEC: not used */
	union config_addr group6;
	char *interface;	/* NULL: as the routes have it */
	uint16_t port;
	uint8_t ttl;
	bool enabled;
};

enum config_infiniband_enable {
	CONFIG_INFINIBAND_AUTO,	/* if the machine has it; that it has not is no news */
	CONFIG_INFINIBAND_YES,
	CONFIG_INFINIBAND_NO,
};

/* [InfiniBand] */
struct config_infiniband {
	enum config_infiniband_enable enable;
	char *hca;		/* which ports, as of hca_list.h; NULL: all */
	union config_addr group4;	/* without a port; AF_UNSPEC: group6 counts */
	union config_addr group6;
	bool send_only;
	uint32_t buffers;	/* of each rail, to receive into */
	char *plugin;		/* file; NULL: the one that was installed */
};

/* [Mdns] */
struct config_mdns {
	bool enabled;
	char *type;		/* of the service */
	char *interface;	/* NULL: all */
};

/* [Sensors]; of struct sensors_config. */
struct config_sensors {
	char *root;		/* in front of /sys and /dev */
	uint32_t interval_ms;
	uint32_t rescan_ms;	/* between two searches for sensors that came or went */
	uint32_t deadline_ms;	/* a reading that takes longer hangs */
	uint32_t stale_ms;	/* what is older counts only if there is no other */
	uint32_t stuck_ms;	/* unchanged for so long under changing power: stuck */
	bool thermal;
	bool hwmon;
	bool rapl;
	bool nvml;
	bool events;
	char *nvml_library;	/* NULL: the usual one */
	char *ipmi;		/* command; NULL: none */
	struct config_texts exec;	/* commands, at most CONFIG_EXEC_MAX */
	uint32_t command_interval_ms;	/* from one start of a command to the next */
	uint32_t command_timeout_ms;	/* after that it is killed */
	char *file;		/* NULL: not used */
	struct config_texts exclude;	/* shell patterns of sensors' names */
	double limit_c;		/* where no sensor says it; NAN: as [Control] has it */
	double power_max_w;	/* NAN: as the site file or the hardware says */
};

/* [Feed] */
struct config_feed {
	bool enabled;
	struct config_cpus cpus;
	uint32_t lease_ms;
	uint32_t interval_ms;	/* at least that between two updates that are not urgent */
	uint32_t demand_ms;	/* between two looks at the kernel's demand curve; 0: never */
};

/* [Http] */
struct config_http {
	bool enabled;
	char *unix_path;	/* NULL: no Unix socket */
	struct config_addrs listen;	/* at most CONFIG_LISTEN_MAX */
	bool remote;		/* @listen may be of other than the loopback */
	uint32_t clients_max;
	uint32_t queue_max;	/* messages that wait for a client of the stream */
	uint32_t timeout_ms;	/* of a request */
	uint32_t stream_ms;	/* between two messages of the stream while nothing happens */
};

/* [Migrate]; the thresholds are in daemon_config.gossip. */
struct config_migrate {
	char *hook;		/* program; NULL: only the event */
	uint32_t timeout_ms;	/* after which it is killed */
	uint32_t interval_ms;	/* at least that between two runs */
};

/* [Log] */
struct config_log {
	enum config_log_level level;
	enum config_log_target target;
	uint32_t burst_per_s;	/* lines of one kind; 0: no limit */
};

/**
 * struct daemon_config - all settings
 * @gossip: of the core; public_key, endorsement, authority, incarnation, site and keys are left for
 *	the daemon to fill in
 * @control: tunables of the controller
 * @node: [Node]
 * @keys: [Keys]
 * @multicast: [Multicast]
 * @peers: [Peers] address=
 * @infiniband: [InfiniBand]
 * @mdns: [Mdns]
 * @sensors: [Sensors]
 * @feed: [Feed]
 * @http: [Http]
 * @migrate: [Migrate]
 * @log: [Log]
 */
struct daemon_config {
	struct gossip_config gossip;
	struct control_params *control;
	struct config_node node;
	struct config_keys keys;
	struct config_multicast multicast;
	struct config_addrs peers;
	struct config_infiniband infiniband;
	struct config_mdns mdns;
	struct config_sensors sensors;
	struct config_feed feed;
	struct config_http http;
	struct config_migrate migrate;
	struct config_log log;
};

/**
 * struct config_errors - what is wrong with a file; all zeros is nothing
 * @nr: errors that are kept
 * @dropped: errors beyond those
 * @text: each a line "file:line: section.key: what" without a newline
 */
struct config_errors {
	size_t nr;
	size_t dropped;
	char text[CONFIG_ERRORS_MAX][CONFIG_ERROR_LEN];
};

void config_error(struct config_errors *errors, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

int config_defaults(struct daemon_config **out);
int config_load(const char *path, struct daemon_config **out, struct config_errors *errors);
int config_parse(const char *name, const char *text, size_t len, struct daemon_config **out,
		 struct config_errors *errors);
void config_free(struct daemon_config *config);

/**
 * struct config_change - a key that two configurations differ in
 * @section: of the file
 * @name: key
 * @restart: takes effect only after a restart
 */
struct config_change {
	const char *section;
	const char *name;
	bool restart;
};

size_t config_diff(const struct daemon_config *was, const struct daemon_config *is,
		   struct config_change *changes, size_t room);

void config_dump(const struct daemon_config *config, FILE *out);
void config_print_example(FILE *out);
void config_print_man(FILE *out);
void config_keep_fixed(struct daemon_config *was, struct daemon_config *is);
struct site_file;
int config_load_all(const char *path, struct daemon_config **config, struct site_file **site,
		    struct config_errors *errors);
typedef void (*config_check_fn)(const char *path, struct daemon_config *config,
				const struct site_file *site, struct config_errors *errors);
uint32_t config_place(const struct daemon_config *config, const struct site_file *site);
void config_check_place(const char *path, const struct daemon_config *config,
			const struct site_file *file, struct config_errors *errors);
int config_check_main(const char *path, FILE *out, config_check_fn more);

#endif /* GOSSIPD_CONFIG_H */
