// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus' text format.
 */
#include <math.h>

#include "metric_text.h"

/**
 * metric_family() - head of a family
 * @out: where to
 * @name: behind "gossipd_"
 * @type: gauge, counter or histogram
 * @help: for people
 */
void metric_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP gossipd_%s %s\n# TYPE gossipd_%s %s\n", name, help, name, type);
}

static void print_label(FILE *out, const char *label, const char *value)
{
	fprintf(out, "%s=\"", label);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static void print_number(FILE *out, double number)
{
	if (isinf(number))
		fprintf(out, " %sInf\n", number > 0 ? "+" : "-");
	else
		fprintf(out, " %.17g\n", number);
}

/**
 * metric_sample() - a sample
 * @out: where to
 * @name: of its family
 * @label: NULL: none
 * @value: of the label
 * @number: NAN is not known: there is no sample then
 */
void metric_sample(FILE *out, const char *name, const char *label, const char *value,
		   double number)
{
	if (isnan(number))
		return;
	fprintf(out, "gossipd_%s", name);
	if (label && value) {
		fputc('{', out);
		print_label(out, label, value);
		fputc('}', out);
	}
	print_number(out, number);
}

/**
 * metric_sample_of() - a sample of one of several things
 * @out: where to
 * @name: of its family
 * @of: label that says of which
 * @which: its value
 * @label: a second one
 * @value: its value
 * @number: not NAN
 */
void metric_sample_of(FILE *out, const char *name, const char *of, const char *which,
		      const char *label, const char *value, double number)
{
	fprintf(out, "gossipd_%s{", name);
	print_label(out, of, which);
	fputc(',', out);
	print_label(out, label, value);
	fputc('}', out);
	print_number(out, number);
}

/**
 * metric_gauge() - a family of one gauge
 * @out: where to
 * @name: of the family
 * @help: for people
 * @number: now
 */
void metric_gauge(FILE *out, const char *name, const char *help, double number)
{
	metric_family(out, name, "gauge", help);
	metric_sample(out, name, NULL, NULL, number);
}

/**
 * metric_counter() - a family of one counter
 * @out: where to
 * @name: of the family
 * @help: for people
 * @number: now
 */
void metric_counter(FILE *out, const char *name, const char *help, uint64_t number)
{
	metric_family(out, name, "counter", help);
	metric_sample(out, name, NULL, NULL, (double)number);
}

/**
 * metric_histogram() - a family of one histogram
 * @out: where to
 * @name: of the family
 * @help: for people
 * @histogram: now; NULL: nothing was measured
 */
void metric_histogram(FILE *out, const char *name, const char *help,
		      const struct histogram *histogram)
{
	static const struct histogram none;
	char series[64], bound[32];
	uint64_t nr = 0;
	size_t i;

	if (!histogram)
		histogram = &none;
	metric_family(out, name, "histogram", help);
	snprintf(series, sizeof(series), "%s_bucket", name);
	for (i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		nr += histogram->count[i];
		if (i < HISTOGRAM_BOUNDS)
			snprintf(bound, sizeof(bound), "%g", histogram_bounds_s[i]);
		else
			snprintf(bound, sizeof(bound), "+Inf");
		metric_sample(out, series, "le", bound, (double)nr);
	}
	snprintf(series, sizeof(series), "%s_sum", name);
	metric_sample(out, series, NULL, NULL, histogram->sum_s);
	snprintf(series, sizeof(series), "%s_count", name);
	metric_sample(out, series, NULL, NULL, (double)nr);
}
