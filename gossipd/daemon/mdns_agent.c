// SPDX-License-Identifier: GPL-2.0
/*
 * The thread: a connection to Avahi's daemon, made again when it breaks.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mdns_internal.h"

/* Between two tries to reach Avahi's daemon. */
#define RETRY_MS 5000

/**
 * mdns_wake_loop() - there is something in the queue
 * @agent: whose
 */
void mdns_wake_loop(struct mdns_agent *agent)
{
	pthread_mutex_lock(&agent->lock);
	if (agent->async)
		uv_async_send(agent->async);
	pthread_mutex_unlock(&agent->lock);
}

/**
 * mdns_tell() - say how it goes
 * @agent: which
 * @up: as of mdns_queue_tell()
 * @why: likewise
 */
void mdns_tell(struct mdns_agent *agent, bool up, const char *why)
{
	mdns_queue_tell(&agent->queue, up, why);
	mdns_wake_loop(agent);
}

/**
 * mdns_give_up() - no way back for this connection; it is not ended within a call of its own
 * @agent: which
 * @what: does not work
 * @error: of Avahi's
 */
void mdns_give_up(struct mdns_agent *agent, const char *what, int error)
{
	char why[MDNS_WHY_LEN];

	snprintf(why, sizeof(why), "%s: %s", what, agent->lib.strerror(error));
	mdns_tell(agent, false, why);
	agent->broken = true;
}

static void on_client(AvahiClient *client, AvahiClientState state, void *arg)
{
	struct mdns_agent *agent = arg;
	int err;

	/* The first time it is called by what makes the client. */
	agent->client = client;
	switch (state) {
	case AVAHI_CLIENT_S_RUNNING:
		err = mdns_begin(agent);
		if (err)
			mdns_give_up(agent, "Avahi refuses", err);
		break;
	case AVAHI_CLIENT_S_REGISTERING:
	case AVAHI_CLIENT_S_COLLISION:
		/* The host's own name changes; with it what we announce. */
		if (agent->group)
			agent->lib.entry_group_reset(agent->group);
		break;
	case AVAHI_CLIENT_CONNECTING:
		mdns_tell(agent, false, "avahi-daemon does not run");
		break;
	case AVAHI_CLIENT_FAILURE:
		mdns_give_up(agent, "avahi-daemon has gone", agent->lib.client_errno(client));
		break;
	}
}

static void disconnect(struct mdns_agent *agent)
{
	/* With all that belongs to it. */
	if (agent->client)
		agent->lib.client_free(agent->client);
	agent->client = NULL;
	agent->group = NULL;
	memset(agent->resolver, 0, sizeof(agent->resolver));
	agent->broken = false;
}

static void reconnect(struct mdns_agent *agent)
{
	unsigned int index;
	int error = 0;

	agent->interface = AVAHI_IF_UNSPEC;
	if (agent->interface_name[0]) {
		index = if_nametoindex(agent->interface_name);
		if (!index) {
			mdns_tell(agent, false, "there is no such interface");
			return;
		}
		agent->interface = (AvahiIfIndex)index;
	}
	agent->renames = 0;
	agent->client = agent->lib.client_new(agent->lib.simple_poll_get(agent->poll),
					      AVAHI_CLIENT_NO_FAIL, on_client, agent, &error);
	if (!agent->client)
		mdns_give_up(agent, "avahi-daemon cannot be reached", error);
}

static bool stopped(struct mdns_agent *agent)
{
	bool stop;

	pthread_mutex_lock(&agent->lock);
	stop = agent->stop;
	pthread_mutex_unlock(&agent->lock);
	return stop;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void put_agent(struct mdns_agent *agent)
{
	unsigned int left;

	pthread_mutex_lock(&agent->lock);
	left = --agent->users;
	pthread_mutex_unlock(&agent->lock);
	if (left)
		return;
	if (agent->poll)
		agent->lib.simple_poll_free(agent->poll);
	mdns_queue_destroy(&agent->queue);
	pthread_mutex_destroy(&agent->lock);
	free(agent);
}

static void *run(void *arg)
{
	struct mdns_agent *agent = arg;
	uint64_t again_ms = now_ms(), now;

	while (!stopped(agent)) {
		now = now_ms();
		if (!agent->client && now >= again_ms) {
			reconnect(agent);
			again_ms = now + RETRY_MS;
		}
		if (agent->broken)
			disconnect(agent);
		/* Stopping wakes it. */
		if (agent->lib.simple_poll_iterate(agent->poll, agent->client ? -1 :
						   (int)(again_ms > now ? again_ms - now : 0)))
			break;
	}
	disconnect(agent);
	put_agent(agent);
	return NULL;
}

/* Signals are for the loop. */
static int start_thread(struct mdns_agent *agent)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&agent->thread, NULL, run, agent);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

/**
 * mdns_agent_start() - start the thread
 * @settings: texts may go when this returns
 * @async: to be sent when there is something in the queue; not after mdns_agent_stop()
 * @why: set if there is none
 *
 * Return: the thread; NULL if the library or memory is missing.
 */
struct mdns_agent *mdns_agent_start(const struct mdns_settings *settings, uv_async_t *async,
				    const char **why)
{
	const char *library = settings->library ? settings->library : MDNS_LIBRARY;
	struct mdns_agent *agent = calloc(1, sizeof(*agent));

	*why = "out of memory";
	if (!agent)
		return NULL;
	if (!mdns_library_load(&agent->lib, library, why)) {
		free(agent);
		return NULL;
	}
	agent->poll = agent->lib.simple_poll_new();
	mdns_queue_init(&agent->queue);
	pthread_mutex_init(&agent->lock, NULL);
	agent->async = async;
	agent->users = 2;
	strncpy(agent->name, settings->name, sizeof(agent->name) - 1);
	strncpy(agent->type, settings->type, sizeof(agent->type) - 1);
	if (settings->interface)
		strncpy(agent->interface_name, settings->interface, IF_NAMESIZE - 1);
	snprintf(agent->subtype, sizeof(agent->subtype), "_z%u._sub.%s", settings->zone,
		 agent->type);
	agent->self = settings->self;
	agent->zone = settings->zone;
	agent->port = settings->port;
	*why = "no thread can be started";
	if (agent->poll && !start_thread(agent))
		return agent;
	agent->users = 1;
	put_agent(agent);
	return NULL;
}

/**
 * mdns_agent_stop() - end the thread
 * @agent: not to be used any more
 * @wait_ms: for it, at most: beyond that it ends when the library lets it
 */
void mdns_agent_stop(struct mdns_agent *agent, unsigned int wait_ms)
{
	struct timespec until;

	pthread_mutex_lock(&agent->lock);
	agent->async = NULL;
	agent->stop = true;
	pthread_mutex_unlock(&agent->lock);
	agent->lib.simple_poll_wakeup(agent->poll);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)wait_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (!wait_ms || pthread_clockjoin_np(agent->thread, NULL, CLOCK_MONOTONIC, &until))
		pthread_detach(agent->thread);
	put_agent(agent);
}

/**
 * mdns_agent_queue() - what the thread has to tell
 * @agent: which
 *
 * Return: its queue.
 */
struct mdns_queue *mdns_agent_queue(struct mdns_agent *agent)
{
	return &agent->queue;
}
