/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon measures of itself while it runs, for its metrics: round trips of probes, and the
 * time from a datagram that tells of a neighbour's crisis to the price that is higher for it.
 */
#ifndef GOSSIPD_MEASURE_H
#define GOSSIPD_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "gossip.h"
#include "histogram.h"

/**
 * struct measure - what is measured; all zeros is nothing yet
 * @probe_rtt: round trips
 * @crisis: from a crisis to its price
 * @received_ns: when the datagram that is looked at came; 0: none is
 * @crisis_ns: of a crisis that has no price yet; 0: there is none
 * @external: multiplier before it
 * @seen: round trips that were counted, by the index of the member
 * @room: of it
 */
struct measure {
	struct histogram probe_rtt;
	struct histogram crisis;
	uint64_t received_ns;
	uint64_t crisis_ns;
	uint32_t external;
	struct measure_seen *seen;
	size_t room;
};

void measure_crisis(struct measure *m, uint64_t now_ns, uint32_t external);
void measure_price(struct measure *m, uint64_t now_ns, uint32_t external);
void measure_probes(struct measure *m, const struct gossip *core);
void measure_free(struct measure *m);

#endif /* GOSSIPD_MEASURE_H */
