// SPDX-License-Identifier: GPL-2.0
/*
 * The transports' metrics. A rail is a port of this machine: there are eight at most.
 */
#include "metric_text.h"
#include "metrics.h"

static void print_rails(FILE *out, const struct link_state *ib)
{
	const struct link_rail *rail;
	size_t i, j;

	metric_family(out, "rail_up", "gauge", "Whether a port is in the zone's group.");
	for (i = 0; i < ib->nr_rails; i++)
		metric_sample(out, "rail_up", "rail", ib->rail[i].name,
			      ib->rail[i].state == LINK_RAIL_UP);
	metric_family(out, "rail_active", "gauge", "Whether a port is the one that is sent on.");
	for (i = 0; i < ib->nr_rails; i++)
		metric_sample(out, "rail_active", "rail", ib->rail[i].name, ib->rail[i].active);
	metric_family(out, "rail_deaf", "gauge", "Whether a port hears nothing that others hear.");
	for (i = 0; i < ib->nr_rails; i++)
		metric_sample(out, "rail_deaf", "rail", ib->rail[i].name, ib->rail[i].deaf);
	metric_family(out, "rail_memory_bytes", "gauge", "Memory that is registered with a port.");
	for (i = 0; i < ib->nr_rails; i++)
		metric_sample(out, "rail_memory_bytes", "rail", ib->rail[i].name,
			      (double)ib->rail[i].memory_bytes);
	metric_family(out, "rail_events_total", "counter",
		      "What became of datagrams on a port, and of the port.");
	for (i = 0; i < ib->nr_rails; i++) {
		rail = &ib->rail[i];
		for (j = 0; j < LINK_COUNTERS; j++)
			metric_sample_of(out, "rail_events_total", "rail", rail->name, "event",
					 link_counter_names[j], (double)rail->counters[j]);
	}
}

/**
 * metric_links() - which transports are used, and how
 * @out: where to
 * @view: of now
 */
void metric_links(FILE *out, const struct status_view *view)
{
	static const struct link_state none;
	const struct link_state *ib = view->ib ? view->ib : &none;
	struct gossip_self self;

	gossip_get_self(view->core, &self);
	metric_family(out, "link_up", "gauge", "Whether a transport can be used.");
	metric_sample(out, "link_up", "link", "udp", view->udp_up);
	metric_sample(out, "link_up", "link", "infiniband", ib->up);
	metric_gauge(out, "infiniband_heard",
		     "Whether all who are on InfiniBand are heard there.", self.on_ib);
	metric_gauge(out, "infiniband_promoted",
		     "Whether beacons go by InfiniBand alone, but for some.", self.promoted);
	metric_counter(out, "rail_failovers_total", "Times that another port took over.",
		       ib->failovers);
	metric_counter(out, "rail_none_total", "Datagrams that no port was up for.", ib->no_rail);
	print_rails(out, ib);
}
