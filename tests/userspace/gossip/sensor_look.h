/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One look at the sensors of a made-up tree.
 */
#ifndef GOSSIP_TEST_SENSOR_LOOK_H
#define GOSSIP_TEST_SENSOR_LOOK_H

#include <math.h>

#include "sensor_internal.h"
#include "sensor_tree.h"

#define POWERCAP "sys/class/powercap/"
#define RAPL POWERCAP "intel-rapl:"
#define FOUND_MAX 64

/* What one look found. */
struct look {
	struct tree tree;
	struct sensors_config config;
	struct gossip_sample sample;
	size_t nr;
	struct sensor_info found[FOUND_MAX];
	unsigned int told;
	char text[256];
};

static inline void take(void *ctx, const struct sensor_info *info)
{
	struct look *look = ctx;

	if (look->nr < FOUND_MAX)
		look->found[look->nr++] = *info;
}

static inline void hear(void *ctx, const char *text)
{
	struct look *look = ctx;

	look->told++;
	snprintf(look->text, sizeof(look->text), "%s", text);
}

static inline void begin(struct look *look)
{
	*look = (struct look){ 0 };
	tree_create(&look->tree);
	sensors_defaults(&look->config);
	look->config.root = look->tree.root;
	look->config.log = hear;
	look->config.log_ctx = look;
}

static inline void read_all(struct look *look)
{
	look->nr = 0;
	CHECK_EQ(sensors_read_once(&look->config, 2000, &look->sample, take, look), 0);
}

static inline const struct sensor_info *get(const struct look *look, const char *name)
{
	size_t i;

	for (i = 0; i < look->nr; i++) {
		if (!strcmp(look->found[i].name, name))
			return &look->found[i];
	}
	CHECK(false, "there is no %s among %zu", name, look->nr);
	return NULL;
}

static inline bool near(double got, double want)
{
	return fabs(got - want) < 0.000001;
}

static inline void domain(const struct look *look, const char *which, const char *name,
			  uint64_t range_uj, uint64_t energy_uj)
{
	char path[256];

	snprintf(path, sizeof(path), POWERCAP "%s/name", which);
	tree_put(&look->tree, path, "%s\n", name);
	snprintf(path, sizeof(path), POWERCAP "%s/max_energy_range_uj", which);
	tree_put(&look->tree, path, "%llu\n", (unsigned long long)range_uj);
	snprintf(path, sizeof(path), POWERCAP "%s/energy_uj", which);
	tree_put(&look->tree, path, "%llu\n", (unsigned long long)energy_uj);
}

#endif /* GOSSIP_TEST_SENSOR_LOOK_H */
