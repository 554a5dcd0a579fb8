// SPDX-License-Identifier: GPL-2.0
/*
 * What others announce: each that comes is looked up once, and judged.
 */
#include <string.h>

#include "mdns_internal.h"

static bool fill_service(struct mdns_service *service, AvahiIfIndex interface,
			 AvahiProtocol protocol, const char *name)
{
	memset(service, 0, sizeof(*service));
	if (!name || strlen(name) >= sizeof(service->name))
		return false;
	memcpy(service->name, name, strlen(name));
	service->interface = interface;
	service->protocol = protocol;
	return true;
}

static bool fill_addr(union config_addr *addr, AvahiIfIndex interface, const AvahiAddress *from,
		      uint16_t port)
{
	memset(addr, 0, sizeof(*addr));
	if (from->proto == AVAHI_PROTO_INET) {
		addr->in.sin_family = AF_INET;
		addr->in.sin_addr.s_addr = from->data.ipv4.address;
		addr->in.sin_port = htons(port);
		return true;
	}
	if (from->proto != AVAHI_PROTO_INET6)
		return false;
	addr->in6.sin6_family = AF_INET6;
	memcpy(&addr->in6.sin6_addr, from->data.ipv6.address, sizeof(addr->in6.sin6_addr));
	addr->in6.sin6_port = htons(port);
	if (IN6_IS_ADDR_LINKLOCAL(&addr->in6.sin6_addr) && interface > 0)
		addr->in6.sin6_scope_id = (uint32_t)interface;
	return true;
}

static void put(struct mdns_agent *agent, const struct mdns_change *change)
{
	mdns_queue_put(&agent->queue, change);
	mdns_wake_loop(agent);
}

static void look_at(struct mdns_agent *agent, struct mdns_change *change,
		    const union config_addr *addr, const AvahiStringList *list)
{
	struct mdns_string txt[MDNS_TXT_MAX];
	enum mdns_counter what;
	size_t nr = 0;

	for (; list && nr < MDNS_TXT_MAX; list = list->next)
		txt[nr++] = (struct mdns_string){ list->text, list->size };
	what = mdns_judge(&agent->self, agent->zone, txt, nr, addr);
	if (what != MDNS_FOUND)
		mdns_queue_count(&agent->queue, what);
	else if (addr_from_sock(&addr->sa, &change->addr))
		put(agent, change);
}

static void on_resolved(AvahiServiceResolver *resolver, AvahiIfIndex interface,
			AvahiProtocol protocol, AvahiResolverEvent event, const char *name,
			const char *type, const char *domain, const char *host,
			const AvahiAddress *from, uint16_t port, AvahiStringList *list,
			AvahiLookupResultFlags flags, void *arg)
{
	struct mdns_agent *agent = arg;
	struct mdns_change change = { .gone = false };
	union config_addr addr;
	size_t i;

	(void)type;
	(void)domain;
	(void)host;
	(void)flags;
	if (event == AVAHI_RESOLVER_FOUND) {
		if (fill_service(&change.service, interface, protocol, name) &&
		    fill_addr(&addr, interface, from, port))
			look_at(agent, &change, &addr, list);
		else
			mdns_queue_count(&agent->queue, MDNS_RUBBISH);
	}
	for (i = 0; i < MDNS_RESOLVERS_MAX; i++) {
		if (agent->resolver[i] == resolver)
			agent->resolver[i] = NULL;
	}
	agent->lib.service_resolver_free(resolver);
}

static void resolve(struct mdns_agent *agent, AvahiIfIndex interface, AvahiProtocol protocol,
		    const char *name, const char *type, const char *domain)
{
	size_t i;

	for (i = 0; i < MDNS_RESOLVERS_MAX && agent->resolver[i]; i++)
		;
	/* NOLINTBEGIN(clang-analyzer-optin.core.EnumCastOutOfRange): flags, of which none */
	if (i < MDNS_RESOLVERS_MAX)
		agent->resolver[i] = agent->lib.service_resolver_new(agent->client, interface,
								     protocol, name, type, domain,
								     AVAHI_PROTO_UNSPEC, 0,
								     on_resolved, agent);
	/* NOLINTEND(clang-analyzer-optin.core.EnumCastOutOfRange) */
	if (i == MDNS_RESOLVERS_MAX || !agent->resolver[i])
		mdns_queue_count(&agent->queue, MDNS_DROPPED);
}

/**
 * mdns_on_browsed() - something was found, or is gone
 * @browser: not used
 * @interface: where
 * @protocol: by which
 * @event: what
 * @name: of the service
 * @type: of it
 * @domain: of it
 * @flags: whether it is our own
 * @arg: the agent
 */
void mdns_on_browsed(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
		     AvahiBrowserEvent event, const char *name, const char *type,
		     const char *domain, AvahiLookupResultFlags flags, void *arg)
{
	struct mdns_agent *agent = arg;
	struct mdns_change change = { .gone = true };

	(void)browser;
	switch (event) {
	case AVAHI_BROWSER_NEW:
		if (flags & AVAHI_LOOKUP_RESULT_OUR_OWN)
			mdns_queue_count(&agent->queue, MDNS_OWN);
		else
			resolve(agent, interface, protocol, name, type, domain);
		break;
	case AVAHI_BROWSER_REMOVE:
		if (fill_service(&change.service, interface, protocol, name))
			put(agent, &change);
		break;
	case AVAHI_BROWSER_FAILURE:
		mdns_give_up(agent, "nobody can be looked for",
			     agent->lib.client_errno(agent->client));
		break;
	default:
		break;
	}
}
