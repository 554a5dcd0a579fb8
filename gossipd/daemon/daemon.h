/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon: the core, and around it what the core has no business with: sockets, sensors, the
 * kernel's module, files, signals. One loop, and everything here is called by it.
 */
#ifndef GOSSIPD_DAEMON_H
#define GOSSIPD_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "config.h"
#include "crypto_sodium.h"
#include "feed.h"
#include "gossip.h"
#include "hook.h"
#include "http.h"
#include "keys.h"
#include "link.h"
#include "mdns.h"
#include "measure.h"
#include "notify.h"
#include "sensors.h"
#include "site_file.h"
#include "state.h"
#include "udp.h"

#define DAEMON_SIGNALS 4
/* For a reading of all sensors, before they are printed. */
#define SENSORS_WAIT_MS 3000
/* A node's name for people, the terminating byte included. */
#define DAEMON_NAME_LEN 64
/* A node's name for people, and its UUID. */
#define DAEMON_WHO_LEN (SITE_NAME_LEN + 48)

/* Exit statuses; the last as of systemd.exec(5). */
enum daemon_exit {
	DAEMON_ENDED = 0,
	DAEMON_FAILED = 1,
	DAEMON_USAGE = 2,
	DAEMON_NOT_CONFIGURED = 6,
};

/**
 * struct daemon_options - what the command line says
 * @config: path of the settings
 * @root: directory that stands for / when sensors are read; NULL: as the settings say
 * @trace: file that gets a line for each change, for tests; NULL: none
 * @lose_permille: received datagrams that are thrown away, for tests
 */
struct daemon_options {
	const char *config;
	const char *root;
	const char *trace;
	unsigned int lose_permille;
};

/**
 * struct daemon - all of it
 * @loop: the loop
 * @options: of the command line
 * @config: settings in force
 * @site: description of the site; NULL: there is none
 * @keys: of this node, and of the zone as they were at the start
 * @key_present: keys of the zone that are in force
 * @key_id: their numbers
 * @measure: what it measures of itself
 * @probes: to look at them
 * @crypto: with the own secret
 * @state: what outlives us
 * @incarnation: of this start
 * @core: the core
 * @udp: sockets
 * @link: InfiniBand; NULL: there is none
 * @link_ops: of its plug-in
 * @link_library: the plug-in itself
 * @feed: to the kernel's module; NULL: turned off
 * @sensors: they
 * @http: server; NULL: turned off
 * @mdns: discovery; NULL: turned off, or not to be had
 * @port: that the first socket is bound to; 0: not known yet
 * @hook: program of [Migrate]
 * @notify: the service manager
 * @alarm: for the core's next step
 * @alarm_fd: timer of the kernel, since those of the loop count in milliseconds
 * @contacts: for those that should be there, and are not heard of
 * @contacts_ms: until the next look
 * @signals: that we hear
 * @status: line for the service manager, now and then
 * @trace: for tests; may be NULL
 * @started_ns: when
 * @due_ns: of the core's next step
 * @delay_max_ns: most that a step came late
 * @refused: what was to be read again was wrong, and is not in force
 * @blind: it was said that no sensor says how hot the node is
 * @stopping: it is about to end
 * @misconfigured: it cannot start, and will not until somebody changes something
 * @price: last one
 * @price_ns: when
 */
struct daemon {
	uv_loop_t loop;
	const struct daemon_options *options;
	struct daemon_config *config;
	struct site_file *site;
	struct keys keys;
	bool key_present[SEAL_SLOTS];
	uint8_t key_id[SEAL_SLOTS];
	struct measure measure;
	uv_timer_t probes;
	struct gossip_crypto crypto;
	struct state state;
	uint64_t incarnation;
	struct gossip *core;
	struct udp *udp;
	struct link *link;
	const struct link_ops *link_ops;
	void *link_library;
	struct feed *feed;
	struct sensors *sensors;
	struct http *http;
	struct mdns *mdns;
	uint16_t port;
	struct hook hook;
	struct notify notify;
	uv_poll_t alarm;
	int alarm_fd;
	uv_timer_t contacts;
	uint64_t contacts_ms;
	uv_signal_t signals[DAEMON_SIGNALS];
	uv_timer_t status;
	FILE *trace;
	uint64_t started_ns;
	uint64_t due_ns;
	uint64_t delay_max_ns;
	bool refused;
	bool blind;
	bool stopping;
	bool misconfigured;
	struct control_output price;
	uint64_t price_ns;
};

/* daemon.c */
int daemon_run(const struct daemon_options *options);
void daemon_step(struct daemon *d);

/* who.c */
void daemon_own_name(const struct daemon *d, char name[DAEMON_NAME_LEN]);
const char *daemon_name_of(const struct daemon *d, const struct gw_id *id);
const char *daemon_who(const struct daemon *d, const struct gw_id *id, char text[DAEMON_WHO_LEN]);

/* start.c */
int daemon_start_trace(struct daemon *d);
int daemon_start_state(struct daemon *d);
int daemon_start_core(struct daemon *d);
int daemon_start_feed(struct daemon *d);
int daemon_start_sensors(struct daemon *d);

/* setup.c */
void daemon_note_keys(struct daemon *d, const struct seal_keyring *ring);
int daemon_load(const struct daemon_options *options, struct daemon_config **config,
		struct site_file **site);
void daemon_check(const char *path, struct daemon_config *config, const struct site_file *site,
		  struct config_errors *errors);
int daemon_load_keys(const struct daemon_config *config, struct keys *keys);
void daemon_core_config(const struct daemon *d, const struct daemon_config *config,
			const struct site_file *site, const struct seal_keyring *ring,
			struct gossip_config *out);
void daemon_sensors_config(const struct daemon_options *options,
			   const struct daemon_config *config, struct sensors_config *out);

/* actions.c */
extern const struct gossip_env daemon_env;

/* link.c */
void daemon_start_link(struct daemon *d, const struct link_user *user);
bool daemon_link_state(struct daemon *d, struct link_state *state);
void daemon_stop_link(struct daemon *d);

/* contacts.c */
void daemon_contacts_start(struct daemon *d);
void daemon_contacts_soon(struct daemon *d, uint64_t delay_ms);

/* discover.c */
void daemon_discover(struct daemon *d);
void daemon_rediscover(struct daemon *d, const struct config_mdns *was);

/* serve.c */
int daemon_serve(struct daemon *d);

/* reload.c */
void daemon_reload(struct daemon *d);

/* reading.c */
double daemon_reading_age_s(const struct daemon *d);
bool daemon_has_reading(const struct daemon *d);
void daemon_watch_readings(struct daemon *d);

/* dump.c */
void daemon_dump(struct daemon *d);
void daemon_status(struct daemon *d);

#endif /* GOSSIPD_DAEMON_H */
