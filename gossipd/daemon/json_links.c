// SPDX-License-Identifier: GPL-2.0
/*
 * The transports as JSON: UDP, and InfiniBand with its rails, where there is any.
 */
#include <jansson.h>
#include <string.h>

#include "json_state.h"

static json_t *counters(const struct link_rail *rail)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < LINK_COUNTERS; i++)
		json_object_set_new(all, link_counter_names[i],
				    json_integer((json_int_t)rail->counters[i]));
	return all;
}

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *one_rail(const struct link_rail *r)
{
	return json_pack("{s:o, s:s, s:b, s:b, s:b, s:o, s:o, s:i, s:i, s:I, s:i, s:i, s:o}",
			 "name", text_or_null(r->name), "state", link_rail_state_names[r->state],
			 "active", r->active, "deaf", r->deaf, "ethernet", r->ethernet,
			 "address", text_or_null(r->address), "trouble", text_or_null(r->why),
			 "mtu_bytes", (int)r->mtu_bytes, "buffers", (int)r->buffers,
			 "memory_bytes", (json_int_t)r->memory_bytes, "qp", (int)r->qp,
			 "mlid", (int)r->mlid, "counters", counters(r));
}

static json_t *infiniband(const struct link_state *ib, const struct gossip_self *self)
{
	json_t *rails = json_array();
	size_t i;

	for (i = 0; i < ib->nr_rails && i < LINK_RAILS_MAX; i++)
		json_array_append_new(rails, one_rail(&ib->rail[i]));
	return json_pack("{s:s, s:b, s:b, s:b, s:o, s:I, s:I, s:o}", "name", "infiniband",
			 "up", ib->up, "heard", self->on_ib, "promoted", self->promoted,
			 "group", text_or_null(ib->group),
			 "failovers", (json_int_t)ib->failovers,
			 "no_rail", (json_int_t)ib->no_rail, "rails", rails);
}

/**
 * json_links - the transports, UDP first
 * @view: of now
 *
 * Return: an array; NULL if there is no memory
 */
json_t *json_links(const struct status_view *view)
{
	json_t *list = json_array();
	struct gossip_self self;

	json_array_append_new(list, json_pack("{s:s, s:b}", "name", "udp", "up", view->udp_up));
	if (view->ib) {
		gossip_get_self(view->core, &self);
		json_array_append_new(list, infiniband(view->ib, &self));
	}
	return list;
}
