// SPDX-License-Identifier: GPL-2.0
/*
 * Makes JSON of the core's views, by jansson. Numbers that are not finite are null there.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_state.h"
#include "text.h"

/* Digits that a double needs are more than anything here is worth. */
#define FORMAT (JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9))

const char *const status_cause_names[CONTROL_CAUSES] = {
	[CONTROL_LOCAL] = "local",	   [CONTROL_NEIGHBOURS] = "neighbours",
	[CONTROL_COOLING] = "cooling",	   [CONTROL_SUPPLY] = "supply",
	[CONTROL_SILENCE] = "silence",	   [CONTROL_PARTITION] = "partition",
	[CONTROL_BARRIER] = "barrier",	   [CONTROL_SENSOR] = "sensor",
};

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *measured(double value, double age_s)
{
	return json_pack("{s:o, s:o}", "value", number(value), "age_s", number(age_s));
}

/**
 * status_age_s - how long ago something was
 * @view: of now
 * @then_ns: on the clock of the core; 0 is never
 *
 * Return: seconds, not below 0; NAN for never
 */
double status_age_s(const struct status_view *view, uint64_t then_ns)
{
	if (!then_ns)
		return NAN;
	return then_ns < view->now_ns ? (double)(view->now_ns - then_ns) / 1e9 : 0;
}

static json_t *id(const struct gw_id *name)
{
	static const struct gw_id nobody;
	char text[ID_TEXT_LEN];

	if (!memcmp(name, &nobody, sizeof(nobody)))
		return json_null();
	return json_string(id_text(name, text));
}

/* The name for people, null if nobody knows one. */
static json_t *called(const struct status_view *view, const struct gw_id *name)
{
	uint32_t index = view->site ? site_find(view->site, name) : SITE_NONE;

	return index == SITE_NONE ? json_null() : json_string(view->site->nodes[index].name);
}

/* Takes over @root. NULL if anything in it could not be made. */
static char *text(json_t *root)
{
	char *out = root ? json_dumps(root, FORMAT) : NULL;

	json_decref(root);
	return out;
}

static json_t *document(const struct status_view *view)
{
	return json_pack("{s:i, s:o, s:i}", "schema", STATUS_SCHEMA, "node", id(&view->self),
			 "zone", view->zone);
}

/**
 * status_reading_age_s - how old the node's temperature is
 * @self: the node
 * @now_ns: on the clock of the core
 *
 * Return: seconds; INFINITY if there never was one
 */
double status_reading_age_s(const struct gossip_self *self, uint64_t now_ns)
{
	const struct gossip_sample *s = &self->sample;
	double since_s = now_ns > self->sample_ns ? (double)(now_ns - self->sample_ns) / 1e9 : 0;

	if (!self->sample_ns || !isfinite(s->temp_c))
		return INFINITY;
	/* The reading was old already when it came. */
	return since_s + (isfinite(s->age_s) ? s->age_s : 0);
}

static json_t *price(const struct status_view *view, const struct gossip_self *self)
{
	const struct control_output *p = &self->price;
	json_t *causes = json_object();
	size_t i;

	for (i = 0; i < CONTROL_CAUSES; i++)
		json_object_set_new(causes, status_cause_names[i], number(p->component[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
			 "multiplier", number(p->total),
			 "local", number((double)p->local.multiplier / CONTROL_ONE),
			 "external", number((double)p->external.multiplier / CONTROL_ONE),
			 "gpu", number((double)p->gpu.multiplier / CONTROL_ONE),
			 "local_slope_per_s", number((double)p->local.slope / CONTROL_ONE),
			 "external_slope_per_s", number((double)p->external.slope / CONTROL_ONE),
			 "gpu_slope_per_s", number((double)p->gpu.slope / CONTROL_ONE),
			 "causes", causes, "barrier", p->barrier,
			 "power_cap_w", number(p->power_cap_w),
			 "predicted_c", number(p->predicted_c),
			 "trend_c_per_s", number(p->trend_c_per_s),
			 "actuation_delay_s", number(p->actuation_delay_s),
			 "based_on_age_s",
			 number(status_reading_age_s(self, view->now_ns)));
}

static json_t *sensors(const struct status_view *view)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; view->sensor && i < view->nr_sensors && i < STATUS_SENSORS_MAX; i++) {
		struct status_sensor s = { .value = NAN, .age_s = NAN };

		view->sensor(view->ctx, i, &s);
		if (!s.name || !s.kind)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", s.name,
						      "kind", s.kind, "value", number(s.value),
						      "age_s", number(s.age_s), "suspicion",
						      number(s.suspicion)));
	}
	return list;
}

static json_t *sample(const struct status_view *view, const struct gossip_self *self)
{
	const struct gossip_sample *s = &self->sample;
	double since_s = status_age_s(view, self->sample_ns);
	/* null if there is none. */
	double old_s = status_reading_age_s(self, view->now_ns);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "temperature_c", measured(s->temp_c, old_s),
			 "limit_c", measured(s->limit_c, old_s),
			 "margin_c", measured(s->limit_c - s->temp_c, old_s),
			 "inlet_c", measured(s->inlet_c, since_s),
			 "power_w", measured(s->power_w, since_s),
			 "power_max_w", measured(s->power_max_w, since_s),
			 "fan", measured(s->fan, since_s),
			 "gpu_margin_c", measured(s->gpu_margin_c, since_s),
			 "suspicion", measured(s->suspicion, since_s));
}

/**
 * json_state - the node itself
 * @view: of now
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_state(const struct status_view *view)
{
	json_t *root = document(view);
	struct gossip_self self;

	gossip_get_self(view->core, &self);
	json_object_set_new(root, "name", view->name ? json_string(view->name) :
			    called(view, &view->self));
	json_object_set_new(root, "version", json_string(view->version));
	json_object_set_new(root, "uptime_s", number(status_age_s(view, view->started_ns)));
	json_object_set_new(root, "incarnation", json_integer((json_int_t)self.incarnation));
	json_object_set_new(root, "lamport", json_integer((json_int_t)self.lamport));
	json_object_set_new(root, "health", json_integer(self.health));
	json_object_set_new(root, "crisis", json_boolean(self.crisis));
	json_object_set_new(root, "speaker", json_boolean(self.speaker));
	json_object_set_new(root, "interval_ms", json_integer(self.interval_ms));
	json_object_set_new(root, "feed", json_boolean(view->feed_on));
	json_object_set_new(root, "feed_trouble", view->feed_trouble && *view->feed_trouble ?
			    json_string(view->feed_trouble) : json_null());
	json_object_set_new(root, "links", json_links(view));
	json_object_set_new(root, "measured", sample(view, &self));
	json_object_set_new(root, "price", price(view, &self));
	json_object_set_new(root, "sensors", sensors(view));
	return text(root);
}

static double tenths(int16_t value)
{
	return value == GW_S16_UNKNOWN ? NAN : value / 10.0;
}

static json_t *neighbor(const struct status_view *view, const struct gossip_member *m)
{
	const struct gw_beacon *b = &m->beacon;
	double age = status_age_s(view, m->heard_ns) + b->age_ms / 1e3;
	bool heard = m->heard_ns;
	double power_w = heard && b->power_w != GW_U16_UNKNOWN ? b->power_w : NAN;

	return json_pack("{s:o, s:o, s:s, s:b, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
			 " s:o, s:o}",
			 "node", id(&m->id), "name", called(view, &m->id),
			 "state", gossip_state_names[m->state], "silent", m->silent,
			 "suspect", m->suspect, "incarnation", (json_int_t)m->incarnation,
			 "zone", heard ? json_integer(b->zone) : json_null(),
			 "coupling", number(m->coupling), "weight", number(m->weight),
			 "rtt_s", m->rtt_ns ? number((double)m->rtt_ns / 1e9) : json_null(),
			 "margin_c", measured(m->margin_c, age),
			 "temperature_c", measured(heard ? tenths(b->temp_dc) : NAN, age),
			 "inlet_c", measured(heard ? tenths(b->inlet_dc) : NAN, age),
			 "power_w", measured(power_w, age),
			 "multiplier", measured(heard ? b->multiplier / 100.0 : NAN, age),
			 "trend_c_per_s", measured(heard && b->trend_cc_per_s != GW_S16_UNKNOWN ?
						   b->trend_cc_per_s / 100.0 : NAN, age));
}

/**
 * json_neighbors - the other nodes, as this one sees them
 * @view: of now
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_neighbors(const struct status_view *view)
{
	json_t *root = document(view), *list = json_array();
	struct gossip_member member;
	size_t i;

	for (i = 0; i < gossip_nr_members(view->core); i++) {
		gossip_get_member(view->core, i, &member);
		json_array_append_new(list, neighbor(view, &member));
	}
	json_object_set_new(root, "neighbors", list);
	return text(root);
}

/**
 * json_zones - zones of cooling, as this node sees them
 * @view: of now
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_zones(const struct status_view *view)
{
	json_t *root = document(view), *list = json_array(), *one;
	struct gossip_zone z;
	size_t i;

	for (i = 0; i < gossip_nr_zones(view->core); i++) {
		double age;

		gossip_get_zone(view->core, i, &z);
		age = status_age_s(view, z.heard_ns);
		one = json_pack("{s:i, s:o, s:i, s:i, s:b, s:b, s:o, s:o, s:o, s:o,"
				" s:o, s:o, s:o, s:o}",
				"zone", z.number, "speaker", id(&z.speaker), "seen", (int)z.seen,
				"expected", (int)z.expected, "degraded", z.degraded,
				"partitioned", z.partitioned,
				"temperature_max_c", measured(z.temp_max_c, age),
				"temperature_median_c", measured(z.temp_median_c, age),
				"inlet_c", measured(z.inlet_c, age),
				"margin_min_c", measured(z.margin_min_c, age),
				"power_w", measured(z.power_w, age),
				"cooling_headroom", measured(z.cooling_headroom, age),
				"supply_headroom", measured(z.supply_headroom, age),
				"multiplier_max", measured(z.multiplier_max, age));
		json_array_append_new(list, one);
	}
	json_object_set_new(root, "zones", list);
	return text(root);
}

/**
 * json_price - the price that the kernel is told
 * @view: of now
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_price(const struct status_view *view)
{
	json_t *root = document(view), *of;
	struct gossip_self self;

	gossip_get_self(view->core, &self);
	of = price(view, &self);
	json_object_update(root, of);
	json_decref(of);
	json_object_set_new(root, "feed", json_boolean(view->feed_on));
	return text(root);
}

/**
 * json_event - something that happened
 * @view: of now
 * @event: what
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_event(const struct status_view *view, const struct gossip_event *event)
{
	json_t *root = document(view);
	const char *kind = "other";

	if (event->kind < GOSSIP_EVENTS)
		kind = gossip_event_names[event->kind];
	json_object_set_new(root, "event", json_string(kind));
	json_object_set_new(root, "subject", id(&event->node));
	json_object_set_new(root, "name", called(view, &event->node));
	if (event->kind == GOSSIP_EV_MEMBER && event->state < GOSSIP_STATES)
		json_object_set_new(root, "state", json_string(gossip_state_names[event->state]));
	json_object_set_new(root, "on", json_boolean(event->on));
	json_object_set_new(root, "value", number(event->value));
	return text(root);
}

/**
 * json_status - a status, and why
 * @status: such as "ok"
 * @reason: for people; may be NULL
 *
 * Return: text for free(), NULL if there is no memory
 */
char *json_status(const char *status, const char *reason)
{
	return text(json_pack("{s:i, s:s, s:s?}", "schema", STATUS_SCHEMA, "status", status,
			      "reason", reason));
}
