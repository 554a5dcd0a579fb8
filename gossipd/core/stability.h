/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much gain a loop with a delay and up to three lags stands.
 */
#ifndef GOSSIP_STABILITY_H
#define GOSSIP_STABILITY_H

/* Most that is ever said; without a delay and with fewer than three lags no gain is critical. */
#define STABILITY_GAIN_MAX 1e6

double stability_atan(double x);
double stability_critical_gain(double delay_s, double lag1_s, double lag2_s, double lag3_s);

#endif /* GOSSIP_STABILITY_H */
