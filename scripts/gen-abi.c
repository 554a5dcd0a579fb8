// SPDX-License-Identifier: GPL-2.0
/*
 * Prints Documentation/ABI/testing/sysfs-kernel-maxwell from the lists of tunables and of coupling
 * tables, so that the document and the files in /sys/kernel/maxwell can't drift apart.
 */
#include <stdio.h>
#include <string.h>

#include "coupling.h"
#include "tunables.h"

#define WIDTH 80
#define INDENT "\t\t"
#define INDENT_COLUMNS 16

struct tunable {
	const char *name;
	unsigned int initial, min, max;
	const char *unit;
	const char *doc;
};

#define TUNABLE(name, initial, min, max, unit, doc) { #name, initial, min, max, unit, doc },
static const struct tunable tunables[] = { MAXWELL_TUNABLES(TUNABLE) };

struct table {
	const char *name;
	unsigned int initial[MX_COUPLING_POINTS];
	const char *doc;
};

#define UNPACK(...) __VA_ARGS__
#define TABLE(name, initial, doc) { #name, { UNPACK initial }, doc },
static const struct table tables[] = { MX_COUPLINGS(TABLE) };

static void print_wrapped(const char *text)
{
	size_t column = INDENT_COLUMNS;

	fputs(INDENT, stdout);
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > INDENT_COLUMNS && column + 1 + len > WIDTH) {
			fputs("\n" INDENT, stdout);
			column = INDENT_COLUMNS;
		} else if (column > INDENT_COLUMNS) {
			putchar(' ');
			column++;
		}
		fwrite(text, 1, len, stdout);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_head(const char *name)
{
	printf("What:\t\t/sys/kernel/maxwell/%s\n", name);
	puts("Date:\t\tNovember 2026");
	puts("KernelVersion:\t7.2");
	puts("Contact:\tsee MAINTAINERS");
	puts("Description:");
}

static void print_table(const struct table *table)
{
	char text[512];
	int len;

	putchar('\n');
	print_head(table->name);
	print_wrapped(table->doc);
	putchar('\n');
	snprintf(text, sizeof(text),
		 "%d whole numbers of permille with spaces between them, each from %u to %u and "
		 "none below the one before. In between it is linear.",
		 MX_COUPLING_POINTS, MX_COUPLING_MIN, MX_COUPLING_MAX);
	print_wrapped(text);
	len = snprintf(text, sizeof(text), "By default:");
	for (int i = 0; i < MX_COUPLING_POINTS; i++)
		len += snprintf(text + len, sizeof(text) - len, " %u", table->initial[i]);
	print_wrapped(text);
	print_wrapped("Anything else is refused, and nothing changes.");
}

int main(void)
{
	char range[160];

	print_head("version");
	print_wrapped("Version of the module, as text. Read only.");
	for (size_t i = 0; i < sizeof(tunables) / sizeof(*tunables); i++) {
		const struct tunable *t = &tunables[i];

		putchar('\n');
		print_head(t->name);
		print_wrapped(t->doc);
		putchar('\n');
		snprintf(range, sizeof(range),
			 "A whole number of %s from %u to %u, %u by default.",
			 t->unit, t->min, t->max, t->initial);
		print_wrapped(range);
		print_wrapped("Anything else is refused, and nothing changes.");
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		print_table(&tables[i]);
	return 0;
}
