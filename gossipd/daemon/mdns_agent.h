/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread that talks to Avahi. It may hang in a call of the library for as long as that likes:
 * nobody waits for it, and what it shares with the loop stays until both are done with it.
 */
#ifndef GOSSIPD_MDNS_AGENT_H
#define GOSSIPD_MDNS_AGENT_H

#include <stdbool.h>
#include <uv.h>

#include "mdns.h"

struct mdns_agent;

struct mdns_agent *mdns_agent_start(const struct mdns_settings *settings, uv_async_t *async,
				    const char **why);
void mdns_agent_stop(struct mdns_agent *agent, unsigned int wait_ms);
struct mdns_queue *mdns_agent_queue(struct mdns_agent *agent);

#endif /* GOSSIPD_MDNS_AGENT_H */
