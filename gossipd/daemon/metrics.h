/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's state for Prometheus, in its text format 0.0.4. Labels take few values: nodes are
 * counted by state, never named; sensors are the node's own.
 */
#ifndef GOSSIPD_METRICS_H
#define GOSSIPD_METRICS_H

#include <stdio.h>

#include "json_state.h"

char *metrics_text(const struct status_view *view);
void metric_links(FILE *out, const struct status_view *view);

#endif /* GOSSIPD_METRICS_H */
