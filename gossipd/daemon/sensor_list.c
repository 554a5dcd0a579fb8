// SPDX-License-Identifier: GPL-2.0
/*
 * The sensors for people: a list of them, and one look at all that there are.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "sensor_loop.h"

/* How often it is looked whether all sensors have answered. */
#define LOOK_MS 10

const char *const sensor_kind_names[SENSOR_KINDS] = {
	[SENSOR_TEMP] = "temperature",	[SENSOR_INLET] = "inlet",
	[SENSOR_MARGIN] = "margin",	[SENSOR_POWER] = "power",
	[SENSOR_NODE_POWER] = "node power", [SENSOR_FAN] = "fan",
	[SENSOR_RPM] = "fan speed",
};

const char *const sensor_place_names[SENSOR_PLACES] = {
	[SENSOR_CPU] = "cpu",
	[SENSOR_GPU] = "gpu",
	[SENSOR_BOARD] = "board",
	[SENSOR_OTHER] = "other",
};

/* Those that never gave a value are probes that are in no table. */
static size_t nr_silent(const struct sensors *s, size_t nth, const struct sensor_probe **found)
{
	size_t i, j, nr = 0;

	for (i = 0; i < s->nr_probes; i++) {
		for (j = 0; j < s->table.nr && s->table.sensors[j].probe != s->probes[i]; j++)
			;
		if (j == s->table.nr && nr++ == nth && found)
			*found = s->probes[i];
	}
	return nr;
}

/**
 * sensors_nr() - how many sensors there are
 * @s: of sensors_start()
 *
 * Return: those that gave a value, and the others that are tried. It changes as the loop runs.
 */
size_t sensors_nr(const struct sensors *s)
{
	return s->table.nr + nr_silent(s, SIZE_MAX, NULL);
}

/**
 * sensors_get() - one sensor
 * @s: of sensors_start()
 * @index: below sensors_nr()
 * @info: written
 */
void sensors_get(const struct sensors *s, size_t index, struct sensor_info *info)
{
	const struct sensor_probe *probe = NULL;
	const struct sensor *sensor;
	uint64_t now_ns = uv_hrtime();

	*info = (struct sensor_info){
		.source = "", .value = NAN, .limit = NAN, .quantum = NAN, .age_s = INFINITY,
	};
	if (index >= s->table.nr) {
		nr_silent(s, index - s->table.nr, &probe);
		if (!probe)
			return;
		memcpy(info->name, probe->name, sizeof(info->name));
		info->source = probe->driver->name;
		info->kind = probe->kind;
		info->place = probe->place;
		info->limit = probe->limit;
		info->error = probe->late ? -ETIMEDOUT : probe->told ? probe->told : -EAGAIN;
		return;
	}
	sensor = &s->table.sensors[index];
	memcpy(info->name, sensor->value.name, sizeof(info->name));
	info->source = sensor->source;
	info->kind = sensor->value.kind;
	info->place = sensor->value.place;
	info->value = sensor->track.value;
	info->limit = sensor->value.limit;
	info->quantum = sensor_track_quantum(&sensor->track);
	if (sensor->track.value_ns)
		info->age_s = (double)(now_ns - sensor->track.value_ns) / NS_PER_S;
	info->suspicion = sensor_track_suspicion(&sensor->track, s->table.how.stuck_s);
	info->stuck = sensor->track.stuck;
	info->counted = sensor->counted;
	info->chosen = sensor->chosen;
	info->error = sensor->track.error;
}

/* --- one look --- */

struct look {
	struct sensors *s;
	uv_timer_t timer;
	uint64_t until_ns;
	bool sampled;
	struct gossip_sample *sample;
	void (*each)(void *ctx, const struct sensor_info *info);
	void *ctx;
};

static void take(void *ctx, uint64_t now_ns, const struct gossip_sample *sample)
{
	struct look *look = ctx;

	(void)now_ns;
	look->sampled = true;
	*look->sample = *sample;
}

/* Everything was found and has answered, be it with an error; counters twice. */
static bool is_complete(const struct sensors *s)
{
	size_t i;

	for (i = 0; i < NR_DRIVERS; i++) {
		if (s->scans[i] && (s->scans[i]->busy || !s->scans[i]->due_ns))
			return false;
	}
	for (i = 0; i < s->nr_probes; i++) {
		const struct sensor_probe *probe = s->probes[i];

		if (!probe->late && (probe->busy || !probe->due_ns || probe->error == -EAGAIN))
			return false;
	}
	for (i = 0; i < NR_COMMANDS; i++) {
		if (s->sources[i].command && !s->sources[i].ran)
			return false;
	}
	return true;
}

static void look_again(uv_timer_t *timer)
{
	struct look *look = timer->data;
	size_t i, nr;

	if (uv_hrtime() < look->until_ns && !(look->sampled && is_complete(look->s)))
		return;
	nr = look->each ? sensors_nr(look->s) : 0;
	for (i = 0; i < nr; i++) {
		struct sensor_info info;

		sensors_get(look->s, i, &info);
		look->each(look->ctx, &info);
	}
	sensors_stop(look->s);
	uv_close((uv_handle_t *)timer, NULL);
}

/**
 * sensors_read_once() - look for all sensors and read them, without a loop of one's own
 * @config: what to read
 * @wait_ms: how long to wait for those that do not answer
 * @sample: written: what they say together
 * @each: called with each of them; may be NULL
 * @ctx: given to @each
 *
 * Return: 0; -EINVAL if the settings cannot be, -ENOMEM; -ETIME if there was nothing in time.
 */
int sensors_read_once(const struct sensors_config *config, uint32_t wait_ms,
		      struct gossip_sample *sample,
		      void (*each)(void *ctx, const struct sensor_info *info), void *ctx)
{
	struct look look = { .sample = sample, .each = each, .ctx = ctx };
	char error[SENSORS_ERROR_MAX];
	uv_loop_t loop;

	if (sensors_config_check(config))
		return -EINVAL;
	if (uv_loop_init(&loop))
		return -ENOMEM;
	look.s = sensors_start(&loop, config, take, &look, error);
	if (look.s) {
		look.until_ns = uv_hrtime() + wait_ms * NS_PER_MS;
		uv_timer_init(&loop, &look.timer);
		look.timer.data = &look;
		uv_timer_start(&look.timer, look_again, LOOK_MS, LOOK_MS);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	if (!look.s)
		return -ENOMEM;
	return look.sampled ? 0 : -ETIME;
}

/* --- for gossipd --sensors --- */

static const char *number(char text[32], double value, const char *format)
{
	if (isfinite(value))
		snprintf(text, 32, format, value);
	else
		snprintf(text, 32, "-");
	return text;
}

static void print_one(void *ctx, const struct sensor_info *info)
{
	char value[32], limit[32], margin[32], quantum[32], age[32];
	double margin_c = info->kind == SENSOR_TEMP ? info->limit - info->value :
			  info->kind == SENSOR_MARGIN ? info->value : NAN;
	const char *what = info->error && info->error != -EAGAIN ? strerror(-info->error) :
			   info->stuck ? "stuck" : info->chosen ? "chosen" :
			   info->counted ? "counts" : "";

	fprintf(ctx, "%-48s %-11s %-5s %10s %8s %8s %8s %8s %4.2f %s\n", info->name,
		sensor_kind_names[info->kind], sensor_place_names[info->place],
		number(value, info->value, "%.2f"), number(limit, info->limit, "%.2f"),
		number(margin, margin_c, "%.2f"), number(quantum, info->quantum, "%.3f"),
		number(age, info->age_s, "%.2f"), info->suspicion, what);
}

static void print_sample(FILE *out, const struct gossip_sample *sample)
{
	const struct {
		const char *name;
		double value;
	} parts[] = {
		{ "temp_c", sample->temp_c }, { "limit_c", sample->limit_c },
		{ "quantum_c", sample->quantum_c }, { "age_s", sample->age_s },
		{ "suspicion", sample->suspicion }, { "inlet_c", sample->inlet_c },
		{ "power_w", sample->power_w }, { "power_max_w", sample->power_max_w },
		{ "fan", sample->fan }, { "gpu_margin_c", sample->gpu_margin_c },
	};
	char text[32];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		fprintf(out, "%s%s=%s", i ? " " : "", parts[i].name,
			number(text, parts[i].value, "%.3f"));
	fputc('\n', out);
	if (!isfinite(sample->temp_c))
		fprintf(out, "no sensor says how hot this node is\n");
}

/**
 * sensors_print() - list what there is, a line each, and what it says together
 * @out: where to
 * @config: what to read
 * @wait_ms: how long to wait for those that do not answer
 *
 * Return: as sensors_read_once().
 */
int sensors_print(FILE *out, const struct sensors_config *config, uint32_t wait_ms)
{
	struct gossip_sample sample;
	int ret;

	fprintf(out, "%-48s %-11s %-5s %10s %8s %8s %8s %8s %s\n", "SENSOR", "KIND", "PLACE",
		"VALUE", "LIMIT", "MARGIN", "QUANTUM", "AGE", "SUSP");
	ret = sensors_read_once(config, wait_ms, &sample, print_one, out);
	if (!ret)
		print_sample(out, &sample);
	return ret;
}
