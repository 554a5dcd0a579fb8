// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl price set: set one multiplier on a set of CPUs.
 */
#include <errno.h>
#include <string.h>

#include "maxctl.h"

#define PRESENT(attr) (1ULL << MAXWELL_A_PRICE_##attr)

static int take_cpus(const char *text, struct mxw_price *price)
{
	if (strlen(text) >= sizeof(price->cpus))
		return mc_error(MC_USAGE, "the CPU list is longer than %d bytes",
				MAXWELL_CPULIST_LEN);
	snprintf(price->cpus, sizeof(price->cpus), "%s", text);
	price->present |= PRESENT(CPUS);
	return MC_OK;
}

static int take_kind(const char *text, struct mxw_price *price)
{
	int kind = mxw_value(mxw_price_kinds, text);

	if (kind < 0)
		return mc_error(MC_USAGE, "kind '%s' is not local, external or gpu", text);
	price->kind = kind;
	return MC_OK;
}

static int take_slope(const char *text, struct mxw_price *price)
{
	int64_t slope;

	if (mc_parse_q16(text, "slope", &slope))
		return MC_USAGE;
	if (slope != (int32_t)slope)
		return mc_error(MC_USAGE, "slope '%s' is not above -32768 and below 32768", text);
	price->slope = slope;
	price->present |= PRESENT(SLOPE);
	return MC_OK;
}

static int take_lease(const char *text, struct mxw_price *price)
{
	uint64_t lease_ns;

	if (mc_parse_time(text, "lease", &lease_ns))
		return MC_USAGE;
	if (lease_ns && lease_ns < MC_NS_PER_MS)
		return mc_error(MC_USAGE, "lease '%s' is shorter than 1ms", text);
	if (lease_ns / MC_NS_PER_MS > UINT32_MAX)
		return mc_error(MC_USAGE, "lease '%s' is longer than a day", text);
	price->lease_ms = lease_ns / MC_NS_PER_MS;
	price->present |= PRESENT(LEASE_MS);
	return MC_OK;
}

static int take_option(int option, struct mxw_price *price)
{
	switch (option) {
	case 'c':
		return take_cpus(optarg, price);
	case 'k':
		return take_kind(optarg, price);
	case 's':
		return take_slope(optarg, price);
	case 'l':
		return take_lease(optarg, price);
	default:
		return MC_USAGE;
	}
}

int cmd_price_set(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ "kind", required_argument, NULL, 'k' },
		{ "slope", required_argument, NULL, 's' },
		{ "lease", required_argument, NULL, 'l' },
		{ 0 },
	};
	struct mxw_price price = { .kind = MAXWELL_PRICE_KIND_LOCAL };
	int64_t multiplier;
	int option, err;

	while ((option = mc_option(argc, argv, "c:k:s:l:", longs)) != -1)
		if (take_option(option, &price))
			return MC_USAGE;
	if (optind + 1 != argc)
		return mc_error(MC_USAGE, "exactly one multiplier is needed: maxctl price set %s",
				mc.command->usage);
	err = mc_parse_q16(argv[optind], "multiplier", &multiplier);
	if (err)
		return err;
	if (multiplier < 0)
		return mc_error(MC_USAGE, "multiplier '%s' is negative", argv[optind]);
	price.multiplier = multiplier;
	price.present |= PRESENT(KIND) | PRESENT(MULTIPLIER);

	err = mc_ready();
	if (err)
		return err;
	err = mxw_price_set(mc.link, &price);
	if (err == -ERANGE && multiplier < MAXWELL_MULTIPLIER_MIN)
		mc_note("Multipliers go from 0.0625 to just under 65536.");
	return mc_done("price-set", err);
}
