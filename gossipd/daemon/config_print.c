// SPDX-License-Identifier: GPL-2.0
/*
 * Values of keys: counted, to text, and compared by it, each by the type that the table gives.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"
#include "text.h"

static double get_whole(const void *member, const struct config_key *key)
{
	switch (key->size) {
	case 1:
		return *(const uint8_t *)member;
	case 2:
		return *(const uint16_t *)member;
	default:
		return *(const uint32_t *)member;
	}
}

/**
 * config_count - how many values a key has
 * @config: settings
 * @key: which
 *
 * Return: 0 if it has none, 1 if it is no list
 */
size_t config_count(const struct daemon_config *config, const struct config_key *key)
{
	static const struct config_cpus none;
	const void *member = config_member(config, key);

	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_ABSOLUTE:
		return *(char *const *)member ? 1 : 0;
	case CONFIG_REAL:
		return isnan(*(const double *)member) ? 0 : 1;
	case CONFIG_ID:
	case CONFIG_SET:
		return memcmp(member, &none, key->size) ? 1 : 0;
	case CONFIG_GROUP4:
	case CONFIG_GROUP6:
		return ((const union config_addr *)member)->sa.sa_family != AF_UNSPEC;
	case CONFIG_ADDRS:
		return ((const struct config_addrs *)member)->nr;
	case CONFIG_TEXTS:
		return ((const struct config_texts *)member)->nr;
	default:
		return 1;
	}
}

static void print_addr(const union config_addr *addr, const struct config_key *key, FILE *out)
{
	union config_addr host = *addr;
	char text[64];

	/* Of a group the port is a key of its own. */
	if (key->type != CONFIG_ADDRS)
		host.in.sin_port = 0;
	config_format_addr(&host, text, sizeof(text));
	fputs(text, out);
}

/**
 * config_print_value - write a value as config_set_value() takes it
 * @config: settings
 * @key: which
 * @index: of the value, below config_count()
 * @out: where to
 */
void config_print_value(const struct daemon_config *config, const struct config_key *key,
			size_t index, FILE *out)
{
	const void *member = config_member(config, key);
	char text[64] = "";

	switch (key->type) {
	case CONFIG_BOOL:
		fputs(*(const bool *)member ? "yes" : "no", out);
		return;
	case CONFIG_WHOLE:
		config_format_number(get_whole(member, key), key->unit, text, sizeof(text));
		break;
	case CONFIG_REAL:
		config_format_number(*(const double *)member, key->unit, text, sizeof(text));
		break;
	case CONFIG_CHOICE:
		fputs(key->names[*(const int *)member], out);
		return;
	case CONFIG_TEXT:
	case CONFIG_ABSOLUTE:
		fputs(*(char *const *)member, out);
		return;
	case CONFIG_ID:
		id_text(member, text);
		break;
	case CONFIG_GROUP4:
	case CONFIG_GROUP6:
		print_addr(member, key, out);
		return;
	case CONFIG_ADDRS:
		print_addr(&((const struct config_addrs *)member)->addr[index], key, out);
		return;
	case CONFIG_TEXTS:
		fputs(((const struct config_texts *)member)->text[index], out);
		return;
	case CONFIG_SET:
		config_format_cpus(member, out);
		return;
	}
	fputs(text, out);
}

/**
 * config_same_value - whether two settings agree in a key
 * @a: one
 * @b: the other
 * @key: which
 *
 * Return: whether they do; they do not if there is no memory to tell
 */
bool config_same_value(const struct daemon_config *a, const struct daemon_config *b,
		       const struct config_key *key)
{
	const struct daemon_config *both[] = { a, b };
	char *text[2] = { NULL, NULL };
	bool same = false;
	size_t i, j, size;

	for (i = 0; i < 2; i++) {
		FILE *out = open_memstream(&text[i], &size);

		if (!out)
			goto done;
		for (j = 0; j < config_count(both[i], key); j++) {
			config_print_value(both[i], key, j, out);
			fputc('\n', out);
		}
		if (fclose(out))
			goto done;
	}
	same = !strcmp(text[0], text[1]);
done:
	free(text[0]);
	free(text[1]);
	return same;
}
