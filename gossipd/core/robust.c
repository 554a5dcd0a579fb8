// SPDX-License-Identifier: GPL-2.0
/*
 * Estimates that a minority of liars cannot move out of the range of the honest: what is outermost
 * is thrown away, as often on either side as there may be liars. Then whatever is left lies between
 * two honest values.
 *
 * Values that are no numbers, or infinite, are as good as not said: a liar who abstains is one liar
 * less, and one value less.
 */
#include "robust.h"

#include <math.h>

/* Of a selection: looks at most, for each value, and what is as quickly sorted. */
#define LOOKS 8
#define SHORT 8

/* Floyd's heap, the biggest at the top; the values from @at down are put in order. */
static void sift(double *values, size_t at, size_t nr)
{
	double value = values[at];
	size_t child;

	while ((child = 2 * at + 1) < nr) {
		if (child + 1 < nr && values[child + 1] > values[child])
			child++;
		if (values[child] <= value)
			break;
		values[at] = values[child];
		at = child;
	}
	values[at] = value;
}

/* Heapsort: nobody who picks the values can make it slow, and it takes no memory. */
static void sort(double *values, size_t nr)
{
	size_t i;

	for (i = nr / 2; i-- > 0;)
		sift(values, i, nr);
	for (i = nr; i-- > 1;) {
		double top = values[0];

		values[0] = values[i];
		values[i] = top;
		sift(values, 0, i);
	}
}

static double middle(double a, double b, double c)
{
	double lo = a < b ? a : b, hi = a < b ? b : a;

	return c < lo ? lo : c > hi ? hi : c;
}

/*
 * Hoare's selection: the value that is the @at-th by size comes to its place, what is before it is
 * no larger, what is behind it no smaller. Who picks the values can make it no slower than the
 * sort, in which it ends when it has looked at too many.
 */
static void select_at(double *values, ptrdiff_t nr, ptrdiff_t at)
{
	ptrdiff_t first = 0, last = nr - 1, looks = LOOKS * nr, i, k;

	while (last - first >= SHORT && looks > 0) {
		double pivot = middle(values[first], values[(first + last) / 2], values[last]);

		looks -= last - first;
		for (i = first, k = last; i <= k;) {
			while (values[i] < pivot)
				i++;
			while (values[k] > pivot)
				k--;
			if (i <= k) {
				double value = values[i];

				values[i++] = values[k];
				values[k--] = value;
			}
		}
		if (at > k && at < i)
			return;
		if (at <= k)
			last = k;
		else
			first = i;
	}
	sort(values + first, last - first + 1);
}

/* What there is to count of the values, at the front. */
static size_t keep_known(double *values, size_t nr)
{
	size_t known = 0, i;

	for (i = 0; i < nr; i++)
		if (isfinite(values[i]))
			values[known++] = values[i];
	return known;
}

/* The same, by size. */
static size_t prepare(double *values, size_t nr)
{
	size_t known = keep_known(values, nr);

	sort(values, known);
	return known;
}

static size_t at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

/**
 * robust_liars() - how many liars the estimates here withstand
 * @nr: values, each of another node
 *
 * An estimate is a function of the values that a node has in hand, each once for the node whose it
 * is. Nobody goes on from the others' estimates and nobody has to come to the same one. So it is
 * the bound of a single trimming that holds, nr >= 2 F + 1 (the breakdown point of the median;
 * Marzullo's fusion of intervals has the same), and not that of iterated agreement.
 *
 * Return: F; 0 of less than three values.
 */
size_t robust_liars(size_t nr)
{
	return nr ? (nr - 1) / 2 : 0;
}

/* Between the two in the middle, each by itself, as a sum may be too large. */
static double between(double below, double above)
{
	/* Rounding may have gone over the edge. */
	return middle(below, above, below / 2 + above / 2);
}

static double median_of(double *values, size_t known)
{
	size_t half = known / 2, i;
	double below;

	select_at(values, (ptrdiff_t)known, (ptrdiff_t)half);
	if (known % 2)
		return values[half];
	below = values[0];
	for (i = 1; i < half; i++)
		if (values[i] > below)
			below = values[i];
	return between(below, values[half]);
}

/**
 * robust_median() - median
 * @values: values; they are in another order afterwards
 * @nr: how many
 *
 * With robust_liars() liars or fewer among the values it is in the range of the honest ones.
 *
 * Return: median; of an even number, the middle between the two. NAN if there is no finite value.
 */
double robust_median(double *values, size_t nr)
{
	size_t known = keep_known(values, nr);

	return known ? median_of(values, known) : NAN;
}

/**
 * robust_median_near() - the same, sooner if it has hardly changed
 * @values: values; they are in another order afterwards
 * @nr: how many
 * @guess: what it may be, as it was a moment ago; any number, and NAN
 *
 * Return: as robust_median().
 */
double robust_median_near(double *values, size_t nr, double guess)
{
	size_t known = keep_known(values, nr), half = known / 2, lower = 0, higher = 0, i;
	double below = -HUGE_VAL, above = HUGE_VAL;

	if (!known)
		return NAN;
	if (!isfinite(guess))
		return median_of(values, known);
	for (i = 0; i < known; i++) {
		double low = values[i] < guess ? values[i] : -HUGE_VAL;
		double high = values[i] > guess ? values[i] : HUGE_VAL;

		lower += values[i] < guess;
		higher += values[i] > guess;
		below = low > below ? low : below;
		above = high < above ? high : above;
	}
	/* By size: @below is the last of the lower ones, @above the first of the higher ones. */
	if (lower > half + 1 || higher > known - half)
		return median_of(values, known);
	if (lower > half)
		above = below;
	else if (known - higher > half)
		above = guess;
	if (known % 2)
		return above;
	/* Of an even number also the one before that is needed. */
	if (lower > half)
		return median_of(values, known);
	if (lower < half)
		below = guess;
	return between(below, above);
}

/**
 * robust_trimmed_mean() - mean without the outermost
 * @values: values; they are in another order afterwards
 * @nr: how many
 * @liars: how many of the lowest and how many of the highest don't count; robust_liars() at most,
 *	and as many if it is more
 *
 * With @liars liars or fewer among the values it is in the range of the honest ones.
 *
 * Return: mean of those that count. NAN if there is no finite value.
 */
double robust_trimmed_mean(double *values, size_t nr, size_t liars)
{
	size_t known = prepare(values, nr), lo, hi, i;
	double mean = 0;

	if (!known)
		return NAN;
	lo = at_most(liars, robust_liars(known));
	hi = known - lo;
	/* Each by itself, as a sum may be too large for a double. */
	for (i = lo; i < hi; i++)
		mean += values[i] / (double)(hi - lo);
	/* Rounding may have gone over the edge. */
	if (mean < values[lo])
		return values[lo];
	return mean > values[hi - 1] ? values[hi - 1] : mean;
}

/**
 * robust_max() - the highest value that so many liars cannot have made up
 * @values: values; they are in another order afterwards
 * @nr: how many
 * @liars: how many of the highest don't count; robust_liars() at most, and as many if it is more
 *
 * With @liars liars or fewer it is no higher than the highest honest value, and no lower than the
 * honest value that has @liars above it. That is also the price: as many honest nodes that really
 * are the hottest go unseen. Where a single hot node matters, look at each, not here.
 *
 * Return: value. NAN if there is no finite one.
 */
double robust_max(double *values, size_t nr, size_t liars)
{
	size_t known = prepare(values, nr);

	if (!known)
		return NAN;
	return values[known - 1 - at_most(liars, robust_liars(known))];
}
