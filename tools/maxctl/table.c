// SPDX-License-Identifier: GPL-2.0
/*
 * Tables: aligned columns, numbers to the right, no trailing blanks.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

/**
 * mc_table_init() - begin a table
 * @table: the table
 * @columns: its columns
 * @nr_columns: how many there are
 */
void mc_table_init(struct mc_table *table, const struct mc_column *columns, size_t nr_columns)
{
	*table = (struct mc_table){ .columns = columns, .nr_columns = nr_columns };
}

__attribute__((PRINTF_FORMAT(2, 0)))
static void add_cell(struct mc_table *table, const char *fmt, va_list args)
{
	char text[MXW_CPUS_LEN];

	if (table->nr_cells == table->capacity) {
		table->capacity = table->capacity ? 2 * table->capacity : 128;
		table->cells = reallocarray(table->cells, table->capacity, sizeof(*table->cells));
		if (!table->cells)
			abort();
	}
	vsnprintf(text, sizeof(text), fmt, args);
	table->cells[table->nr_cells] = strdup(text);
	if (!table->cells[table->nr_cells++])
		abort();
}

/**
 * mc_cell() - fill the next cell, row by row
 * @table: the table
 * @fmt: its text
 */
void mc_cell(struct mc_table *table, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_cell(table, fmt, args);
	va_end(args);
}

/**
 * mc_cell_if() - fill the next cell, if there is something to say
 * @table: the table
 * @known: whether there is; otherwise the cell is a dash
 * @fmt: its text
 */
void mc_cell_if(struct mc_table *table, bool known, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_cell(table, known ? fmt : "-", args);
	va_end(args);
}

static size_t column_width(const struct mc_table *table, size_t column)
{
	size_t width = mc.no_header ? 0 : strlen(table->columns[column].name);
	size_t i;

	for (i = column; i < table->nr_cells; i += table->nr_columns)
		if (strlen(table->cells[i]) > width)
			width = strlen(table->cells[i]);
	return width;
}

static void print_cell(const struct mc_table *table, size_t column, size_t width, const char *text)
{
	bool last = column + 1 == table->nr_columns;

	if (table->columns[column].right)
		printf("%*s", (int)width, text);
	else if (last)
		printf("%s", text);
	else
		printf("%-*s", (int)width, text);
	printf("%s", last ? "\n" : "  ");
}

/**
 * mc_table_print() - print a table
 * @table: the table
 * @max_rows: print so many at most; 0 for all
 */
void mc_table_print(const struct mc_table *table, size_t max_rows)
{
	size_t cells = table->nr_cells;
	size_t *widths = calloc(table->nr_columns, sizeof(*widths));
	size_t i;

	if (!widths)
		abort();
	for (i = 0; i < table->nr_columns; i++)
		widths[i] = column_width(table, i);
	if (max_rows && cells > max_rows * table->nr_columns)
		cells = max_rows * table->nr_columns;
	for (i = 0; !mc.no_header && i < table->nr_columns; i++)
		print_cell(table, i, widths[i], table->columns[i].name);
	for (i = 0; i < cells; i++)
		print_cell(table, i % table->nr_columns, widths[i % table->nr_columns],
			   table->cells[i]);
	free(widths);
}

/**
 * mc_table_free() - release what a table holds
 * @table: the table
 */
void mc_table_free(struct mc_table *table)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		free(table->cells[i]);
	free(table->cells);
}
