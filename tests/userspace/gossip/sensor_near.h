/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of what is thought of sensors share.
 */
#ifndef GOSSIP_TEST_SENSOR_NEAR_H
#define GOSSIP_TEST_SENSOR_NEAR_H

#include <math.h>

#include "harness.h"
#include "sensor_internal.h"

#define STUCK_S 60.0
#define START_NS (1000 * NS_PER_S)

#define NOW_NS START_NS

static const struct sensor_fusion how = {
	.limit_c = 90, .power_max_w = NAN, .stale_s = 5, .stuck_s = STUCK_S,
};

static inline bool near(double got, double want)
{
	return fabs(got - want) < 0.000000001 || (isnan(got) && isnan(want));
}

#endif /* GOSSIP_TEST_SENSOR_NEAR_H */
