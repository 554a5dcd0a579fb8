/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Families and samples in Prometheus' text format 0.0.4.
 */
#ifndef GOSSIPD_METRIC_TEXT_H
#define GOSSIPD_METRIC_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "histogram.h"

void metric_family(FILE *out, const char *name, const char *type, const char *help);
void metric_sample(FILE *out, const char *name, const char *label, const char *value,
		   double number);
void metric_sample_of(FILE *out, const char *name, const char *of, const char *which,
		      const char *label, const char *value, double number);
void metric_gauge(FILE *out, const char *name, const char *help, double number);
void metric_counter(FILE *out, const char *name, const char *help, uint64_t number);
void metric_histogram(FILE *out, const char *name, const char *help,
		      const struct histogram *histogram);

#endif /* GOSSIPD_METRIC_TEXT_H */
