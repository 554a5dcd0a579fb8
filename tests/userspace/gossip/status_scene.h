/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A core to look at, and what the daemon knows besides.
 */
#ifndef GOSSIP_TEST_STATUS_SCENE_H
#define GOSSIP_TEST_STATUS_SCENE_H

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gossip.h"
#include "harness.h"
#include "json_state.h"

static inline uint64_t env_random(void *ctx)
{
	(void)ctx;
	return test_random();
}

static inline void env_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			    size_t len)
{
	(void)ctx;
	(void)route;
	(void)bytes;
	(void)len;
}

static inline void env_price(void *ctx, const struct control_output *price)
{
	(void)ctx;
	(void)price;
}

static inline void env_persist(void *ctx, uint64_t incarnation)
{
	(void)ctx;
	(void)incarnation;
}

static inline void no_seal(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
			   const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
			   uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)key;
	(void)nonce;
	(void)ad;
	(void)ad_len;
	memset(bytes + len, 0, GW_TAG_BYTES);
}

static inline void no_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	memset(signature, 0, sizeof(*signature));
}

static const struct gossip_crypto crypto = { .seal = no_seal, .sign = no_sign };
static const struct gossip_env env = {
	.random = env_random, .send = env_send, .price = env_price, .persist = env_persist,
	.crypto = &crypto,
};

#define SECOND 1000000000ULL
#define START (100 * SECOND)

static inline struct gossip *make_core_of(double temp_c)
{
	struct gossip_config config;
	struct gossip_sample sample = {
		.temp_c = temp_c, .limit_c = 90, .quantum_c = 1, .age_s = 0.25, .inlet_c = NAN,
		.power_w = 250, .power_max_w = 400, .fan = 0.5, .gpu_margin_c = NAN,
	};
	struct gossip *core;

	gossip_defaults(&config);
	memset(config.self.byte, 0x11, sizeof(config.self.byte));
	config.public_key.byte[0] = 1;
	config.zone = 3;
	config.incarnation = 7;
	config.keys.present[SEAL_CURRENT] = true;
	core = gossip_create(&config, &env, START);
	CHECK(core, "no core");
	gossip_sample(core, START + SECOND, &sample);
	gossip_step(core, START + SECOND);
	return core;
}

static inline struct gossip *make_core(void)
{
	return make_core_of(71.5);
}

static inline void one_sensor(void *ctx, size_t index, struct status_sensor *out)
{
	static char name[64];

	(void)ctx;
	/* As the daemon's: good until the next one is asked for. */
	snprintf(name, sizeof(name), "%s", index ? "a \"quoted\\\" one\n" : "hwmon/coretemp/temp1");
	*out = (struct status_sensor){
		.name = name, .source = index ? "file" : "hwmon", .up = !index,
		.kind = index ? "power" : "temperature", .value = index ? NAN : 71.5,
		.age_s = index ? INFINITY : 0.5,
	};
}

static const struct histogram rtt = { .count = { [3] = 2, [HISTOGRAM_BOUNDS] = 1 }, .sum_s = 1.5 };

static inline struct status_view make_view(const struct gossip *core)
{
	static const char *const names[] = { "received", "mtu" };
	static const uint64_t values[] = { 7, 1 };
	struct status_view view = {
		.core = core, .zone = 3, .version = "1.2.3", .now_ns = START + 3 * SECOND,
		.started_ns = START, .nr_sensors = 2, .sensor = one_sensor, .feed_updates = 5,
		.feed_on = true, .probe_rtt = &rtt, .udp = { names, values, 2 },
		.key_present = { [SEAL_CURRENT] = true }, .key_id = { 9, 17, 4 },
		.stream_dropped = 3,
	};

	memset(view.self.byte, 0x11, sizeof(view.self.byte));
	return view;
}

/* Takes over @text. */
static inline json_t *load(char *text)
{
	json_error_t error;
	json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, &error) : NULL;

	CHECK(root, "%s: %s", text ? error.text : "none", text ? text : "");
	CHECK_EQ(json_integer_value(json_object_get(root, "schema")), STATUS_SCHEMA);
	free(text);
	return root;
}

#endif /* GOSSIP_TEST_STATUS_SCENE_H */
