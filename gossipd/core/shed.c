// SPDX-License-Identifier: GPL-2.0
/*
 * The price that sheds just enough load.
 *
 * The demand curve is a staircase: between two steps the load stays the same. The price is taken
 * from the line through the upper corners of the stairs, so that it is continuous in the load that
 * is to stay, and always sheds enough: at most one step's load more than it would have to.
 *
 * Without a curve it is the source document's 1 / margin, with the share that stays as the margin,
 * up to four times the price: right for a load of which at m times the price an m-th stays. Beyond
 * it would be a wall: for bids that are spread evenly over the octaves the power would follow the
 * price ever faster, and the loop would hunt. From there on the price is exponential, with no step
 * in its slope, and comes to the highest multiplier for all of the load.
 */
#include <math.h>

#include "shed.h"
#include "smooth.h"

/* Above the dearest bid: the next price of the scheduler, which has eight to an octave. */
#define NEXT_PRICE 1.125

/* Where the hyperbola ends. */
#define KNEE 4.0

/**
 * shed_curve_usable() - whether a demand curve makes sense
 * @steps: by rising price
 * @nr: how many
 *
 * Return: false if there is none, it has more than %SHED_STEPS_MAX steps, prices that fall, or
 * loads that rise, are negative or are no numbers.
 */
bool shed_curve_usable(const struct control_demand *steps, size_t nr)
{
	size_t i;

	if (!steps || nr == 0 || nr > SHED_STEPS_MAX)
		return false;
	for (i = 0; i < nr; i++) {
		if (!isfinite(steps[i].cpus) || steps[i].cpus < 0)
			return false;
		if (i && steps[i].price < steps[i - 1].price)
			return false;
		if (i && steps[i].cpus > steps[i - 1].cpus)
			return false;
	}
	return true;
}

/**
 * shed_load() - load that stays at a price
 * @steps: a usable curve
 * @nr: how many
 * @price: cents per CPU-second
 *
 * Return: CPUs.
 */
double shed_load(const struct control_demand *steps, size_t nr, double price)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (steps[i].price >= price)
			return steps[i].cpus;
	return 0;
}

/**
 * shed_price() - lowest price that leaves no more than a load, by the line through the corners
 * @steps: a usable curve
 * @nr: how many
 * @cpus: load that may stay
 *
 * Return: cents per CPU-second, 0 or more; 0 if the whole load may stay. It falls, without a jump,
 * as
 *	@cpus rises, but for the first step: load that is there at any price.
 */
double shed_price(const struct control_demand *steps, size_t nr, double cpus)
{
	double stays = smooth_clamp(cpus, 0, HUGE_VAL), below, above, share;
	size_t i, first = 0;

	if (steps[0].cpus <= stays)
		return 0;
	/* Of steps at the same price the first has all the load. */
	for (i = 1; i < nr && (steps[i].cpus > stays || steps[i].price == steps[first].price); i++)
		if (steps[i].price > steps[first].price)
			first = i;
	below = steps[first].price;
	above = i < nr ? steps[i].price : below * NEXT_PRICE + 1;
	/* Of the load that this step sheds: all that does not fit. */
	share = (steps[first].cpus - stays) / (steps[first].cpus - (i < nr ? steps[i].cpus : 0));
	return below + (above - below) * share;
}

/**
 * shed_assumed() - multiplier that sheds a share of a load that nothing is known of
 * @share: 0 to 1
 * @max: highest multiplier, 1 or more
 *
 * Return: 1 to @max; rising, continuous, as is its slope.
 */
double shed_assumed(double share, double max)
{
	double knee = fmin(KNEE, max), bend = 1 - 1 / knee;
	/* From the knee on the logarithm grows at the rate that it has there. */
	double at = smooth_clamp(share, 0, 1) * (bend + smooth_log(max / knee) / knee);

	if (at <= bend)
		return 1 / (1 - at);
	return fmin(knee / smooth_decay(knee * (at - bend)), max);
}

static double root_of(double max)
{
	double root = max;
	unsigned int i;

	for (i = SHED_MEMORY_STEPS; i > 1; i /= 2)
		root = sqrt(root);
	return root;
}

/**
 * shed_remember() - take up a demand curve
 * @m: memory
 * @in: its usable curve, and a base price above 0
 * @max: highest multiplier, above 1; another one than before, and all is forgotten
 * @share: how much of what is no longer wanted is forgotten, 0 to 1
 */
void shed_remember(struct shed_memory *m, const struct control_input *in, double max, double share)
{
	double multiplier = 1, wanted;
	bool fresh = m->max != max;
	unsigned int i;
	size_t at = 0;

	if (fresh)
		m->root = root_of(max);
	m->max = max;
	for (i = 0; i < SHED_MEMORY_STEPS; i++) {
		if (i == 0) {
			wanted = shed_load(in->demand, in->nr_demand, in->base_price);
		} else {
			/* Who bids no more than the price before is gone at any between the two. */
			while (at < in->nr_demand &&
			       in->demand[at].price <= multiplier * in->base_price)
				at++;
			wanted = at < in->nr_demand ? in->demand[at].cpus : 0;
			multiplier *= m->root;
		}
		if (fresh || wanted > m->cpus[i])
			m->cpus[i] = wanted;
		else
			m->cpus[i] += (wanted - m->cpus[i]) * share;
	}
}

/**
 * shed_remembered() - multiplier that leaves no more than a load, also if all who came of late
 * return
 * @m: memory, not empty
 * @cpus: load that may stay
 *
 * Return: 1 to the highest multiplier.
 */
double shed_remembered(const struct shed_memory *m, double cpus)
{
	double root = m->root, multiplier = 1, above, below;
	unsigned int i;

	if (m->cpus[0] <= cpus)
		return 1;
	for (i = 1; i < SHED_MEMORY_STEPS && m->cpus[i] > cpus; i++)
		multiplier *= root;
	below = m->cpus[i - 1];
	above = i < SHED_MEMORY_STEPS ? m->cpus[i] : 0;
	return fmin(multiplier * (1 + (root - 1) * (below - smooth_clamp(cpus, 0, below)) /
				      (below - above)), m->max);
}
