// SPDX-License-Identifier: GPL-2.0
/*
 * What a broken order book means in words, for whoever wants to know why the class has ended.
 *
 * The order book finds out by itself (enum mx_breach), and closes. The next enqueue or auction on
 * its CPU has the glue end the class: the tasks then go on under the fair class, those that stood
 * in the book as well, and the book is opened again, empty, when the class is attached next. The
 * book of a GPU is made anew at once, see gpu.c.
 */
#include <linux/string.h>

#include "maxwell.h"

static const char *const texts[MX_BREACHES] = {
	[MX_SOUND] = "it is sound",
	[MX_BREACH_MARK] = "a bucket is marked as occupied, but is empty",
	[MX_BREACH_PLACE] = "a task stands in a bucket that is not its own",
	[MX_BREACH_COUNT] = "the counts say something else than the lists",
	[MX_BREACH_ASTRAY] = "a task does not stand where it was put",
	[MX_BREACH_SLOT] = "nobody stands where the longest wait has to be",
};

/**
 * mx_breach_text() - what a breach means in words
 * @why: enum mx_breach
 */
const char *mx_breach_text(u8 why)
{
	return texts[why];
}

/**
 * mx_breach_get() - describe the first broken book
 * @breach: written
 *
 * Context: any; no lock is needed, as a book that is broken stays so while the class is attached.
 */
void mx_breach_get(struct maxwell_breach *breach)
{
	u8 why = MX_SOUND;
	int cpu;

	memset(breach, 0, sizeof(*breach));
	for_each_possible_cpu(cpu) {
		why = READ_ONCE(mx_cpu(cpu)->rq.breach);
		if (why) {
			breach->cpu = cpu;
			break;
		}
	}
	strscpy(breach->text, texts[why], sizeof(breach->text));
}
