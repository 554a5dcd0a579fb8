/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the kernel has to hear a price, and what its demand curve means: the parts of the feed that
 * talk to nobody.
 */
#ifndef GOSSIPD_FEED_INTERNAL_H
#define GOSSIPD_FEED_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "control.h"
#include "libmaxwell.h"

#define FEED_NEVER UINT64_MAX
#define FEED_KINDS 3
/* Rises of a price are at least so far apart. */
#define FEED_SPACING_NS UINT64_C(2000000)
/* One that is less than a part of this is none that cannot wait. */
#define FEED_RISE_PART 64
#define FEED_RETRY_MIN_NS UINT64_C(250000000)
#define FEED_RETRY_MAX_NS UINT64_C(8000000000)

/**
 * struct feed_line - one of the kernel's multipliers
 * @wanted: what it should be
 * @sent: what it was told last
 * @sent_ns: when
 * @told: it was told, over this connection
 * @used: there ever was something to tell
 */
struct feed_line {
	struct control_price wanted;
	struct control_price sent;
	uint64_t sent_ns;
	bool told;
	bool used;
};

uint64_t feed_line_due_ns(const struct feed_line *line, uint32_t lease_ms, uint32_t interval_ms);
uint64_t feed_retry_ns(unsigned int failures);
uint32_t feed_nr_cpus(const struct config_cpus *cpus, uint32_t online);
bool feed_cpu_list(const struct config_cpus *cpus, char *text, size_t room);
size_t feed_demand_curve(const struct mxw_demand *buckets, size_t nr_buckets,
			 struct control_demand *steps, size_t room);

#endif /* GOSSIPD_FEED_INTERNAL_H */
