/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the thread share; nobody else includes this.
 */
#ifndef GOSSIPD_MDNS_INTERNAL_H
#define GOSSIPD_MDNS_INTERNAL_H

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/simple-watch.h>
#include <net/if.h>
#include <pthread.h>

#include "mdns_agent.h"

/* Announcements that are looked up at once; anyone who answers tells of the others. */
#define MDNS_RESOLVERS_MAX 64
#define MDNS_TYPE_LEN 64
/* "_z65535._sub." in front of it. */
#define MDNS_SUBTYPE_LEN (MDNS_TYPE_LEN + 16)

/* Avahi's functions, without "avahi_" in front. */
struct mdns_library {
	__typeof__(avahi_simple_poll_new) (*simple_poll_new);
	__typeof__(avahi_simple_poll_free) (*simple_poll_free);
	__typeof__(avahi_simple_poll_get) (*simple_poll_get);
	__typeof__(avahi_simple_poll_iterate) (*simple_poll_iterate);
	__typeof__(avahi_simple_poll_wakeup) (*simple_poll_wakeup);
	__typeof__(avahi_client_new) (*client_new);
	__typeof__(avahi_client_free) (*client_free);
	__typeof__(avahi_client_errno) (*client_errno);
	__typeof__(avahi_entry_group_new) (*entry_group_new);
	__typeof__(avahi_entry_group_reset) (*entry_group_reset);
	__typeof__(avahi_entry_group_commit) (*entry_group_commit);
	__typeof__(avahi_entry_group_add_service) (*entry_group_add_service);
	__typeof__(avahi_entry_group_add_service_subtype) (*entry_group_add_service_subtype);
	__typeof__(avahi_service_browser_new) (*service_browser_new);
	__typeof__(avahi_service_resolver_new) (*service_resolver_new);
	__typeof__(avahi_service_resolver_free) (*service_resolver_free);
	__typeof__(avahi_alternative_service_name) (*alternative_service_name);
	__typeof__(avahi_strerror) (*strerror);
	__typeof__(avahi_free) (*free);
};

/**
 * struct mdns_agent - what the thread has, and shares
 * @lib: Avahi's
 * @poll: its loop
 * @thread: that runs it
 * @queue: to the loop; has a lock of its own
 * @lock: for @async, @stop and @users
 * @async: wakes the loop; NULL: nobody is there any more
 * @stop: the thread is to end
 * @users: the thread, and the loop
 * @client: connection to Avahi's daemon; from here on the thread's alone
 * @broken: it has to be made anew
 * @group: the announcement
 * @resolver: of what was found
 * @interface: index, or AVAHI_IF_UNSPEC
 * @renames: names that were taken
 * @name: of the service, another one after a collision
 * @type: of it
 * @subtype: of those of this zone
 * @interface_name: as the settings have it; "": all
 * @self: this node
 * @zone: its zone
 * @port: that it listens at
 */
struct mdns_agent {
	struct mdns_library lib;
	AvahiSimplePoll *poll;
	pthread_t thread;
	struct mdns_queue queue;
	pthread_mutex_t lock;
	uv_async_t *async;
	bool stop;
	unsigned int users;
	AvahiClient *client;
	bool broken;
	AvahiEntryGroup *group;
	struct AvahiServiceResolver *resolver[MDNS_RESOLVERS_MAX];
	AvahiIfIndex interface;
	unsigned int renames;
	char name[MDNS_NAME_LEN];
	char type[MDNS_TYPE_LEN];
	char subtype[MDNS_SUBTYPE_LEN];
	char interface_name[IF_NAMESIZE];
	struct gw_id self;
	uint16_t zone;
	uint16_t port;
};

bool mdns_library_load(struct mdns_library *lib, const char *name, const char **why);

void mdns_tell(struct mdns_agent *agent, bool up, const char *why);
void mdns_wake_loop(struct mdns_agent *agent);
void mdns_give_up(struct mdns_agent *agent, const char *what, int error);

int mdns_begin(struct mdns_agent *agent);

void mdns_on_browsed(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
		     AvahiBrowserEvent event, const char *name, const char *type,
		     const char *domain, AvahiLookupResultFlags flags, void *arg);

#endif /* GOSSIPD_MDNS_INTERNAL_H */
