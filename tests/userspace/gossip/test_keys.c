// SPDX-License-Identifier: GPL-2.0
/*
 * Files of keys: what is read, what is refused and that nothing changes then; the commands that
 * make them, from a node's first key to a rotation; files that are replaced as a whole.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "keys.h"

#define PATH_BYTES 128
#define TEXT_BYTES 512
#define NODE "01234567-89ab-cdef-0123-456789abcdef"
#define ZONE "7"
#define ZONE_NUMBER 7
/* 32 bytes of 1, of 2, of 3; and of 0. */
#define ONES "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define TWOS "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define THREES "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* --- a directory with files, made by the commands --- */

struct scene {
	char dir[PATH_BYTES];
	char node[PATH_BYTES], zone[PATH_BYTES], authority_secret[PATH_BYTES];
	char authority[PATH_BYTES], endorsement[PATH_BYTES];
	struct keys_files files;
	struct gw_id self;
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	CHECK(file && fputs(text, file) >= 0 && !fclose(file) && !chmod(path, mode),
	      "cannot write %s", path);
}

static void read_text(const char *path, char text[TEXT_BYTES])
{
	FILE *file = fopen(path, "r");

	CHECK(file, "cannot read %s", path);
	text[fread(text, 1, TEXT_BYTES - 1, file)] = '\0';
	fclose(file);
}

/* A command reads the one file, nothing if that is NULL, and prints into the other one. */
static int run(const char *in, const char *out, const char *name, const char *a, const char *b,
	       const char *c)
{
	char *const argv[] = { (char *)name, (char *)a, (char *)b, (char *)c, NULL };
	FILE *from = fopen(in ? in : "/dev/null", "r"), *to = fopen(out, "w");
	FILE *err = fopen("/dev/null", "w");
	int argc = a ? b ? c ? 4 : 3 : 2 : 1, rc;

	CHECK(from && to && err, "no streams");
	rc = key_command(argc, argv, from, to, err);
	fclose(from);
	fclose(to);
	fclose(err);
	return rc;
}

static void name(const struct scene *s, char path[PATH_BYTES], const char *file)
{
	/* The directory's name is short. */
	snprintf(path, PATH_BYTES, "%.60s/%s", s->dir, file);
}

static struct scene *new_scene(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	char public_key[PATH_BYTES];

	CHECK(s && crypto_sodium_start(), "no memory or no randomness");
	umask(077);
	strcpy(s->dir, "/tmp/gossip-keys-XXXXXX");
	CHECK(mkdtemp(s->dir), "no directory");
	name(s, s->node, "node");
	name(s, s->zone, "zone");
	name(s, s->authority_secret, "authority.secret");
	name(s, s->authority, "authority");
	name(s, s->endorsement, "endorsement");
	name(s, public_key, "node.pub");
	s->files = (struct keys_files) { s->node, s->zone, s->authority, s->endorsement };
	CHECK(keys_parse_node(NODE, &s->self), "no UUID");
	CHECK_EQ(run(NULL, s->node, "genkey", NULL, NULL, NULL), 0);
	CHECK_EQ(run(NULL, s->authority_secret, "genkey", NULL, NULL, NULL), 0);
	CHECK_EQ(run(s->authority_secret, s->authority, "pubkey", NULL, NULL, NULL), 0);
	CHECK_EQ(run(s->node, public_key, "pubkey", NULL, NULL, NULL), 0);
	CHECK_EQ(run(public_key, s->endorsement, "endorse", s->authority_secret, NODE, ZONE), 0);
	CHECK_EQ(run(NULL, "/dev/null", "genzonekey", s->zone, NULL, NULL), 0);
	unlink(public_key);
	return s;
}

static void end_scene(struct scene *s)
{
	unlink(s->node);
	unlink(s->zone);
	unlink(s->authority_secret);
	unlink(s->authority);
	unlink(s->endorsement);
	CHECK(!rmdir(s->dir), "files were left in %s", s->dir);
	free(s);
}

static bool load(const struct scene *s, struct keys *keys)
{
	struct keys_error error = { "" };
	bool ok = keys_load(&s->files, &s->self, ZONE_NUMBER, keys, &error);

	/* Who is refused is told why, and not with the key. */
	CHECK(ok != (error.text[0] != '\0'), "%s", error.text);
	CHECK(!strstr(error.text, "AQEB") && !strstr(error.text, "AgIC"), "%s", error.text);
	return ok;
}

/* Refused, with that word among the reasons, and nothing of what was there before is touched. */
static void refused(const struct scene *s, const char *why)
{
	struct keys_error error = { "" };
	struct keys keys;
	uint8_t before[sizeof(keys)];

	memset(&keys, 0x5a, sizeof(keys));
	memcpy(before, &keys, sizeof(keys));
	CHECK(!keys_load(&s->files, &s->self, ZONE_NUMBER, &keys, &error), "taken: %s", why);
	CHECK(strstr(error.text, why), "'%s' has no '%s'", error.text, why);
	CHECK(!memcmp(&keys, before, sizeof(keys)), "refused, and yet changed");
}

/* --- text --- */

static char *memdup(const char *text, size_t len)
{
	char *copy = malloc(len);
	size_t i;

	CHECK(copy, "no memory");
	for (i = 0; i < len; i++)
		copy[i] = text[i];
	return copy;
}

static bool ring_of(const char *text, struct seal_keyring *ring)
{
	struct keys_error error;
	size_t len = strlen(text);
	/* Not a byte more than there is, and no 0 at the end. */
	char *copy = len ? memdup(text, len) : NULL;
	bool ok = keys_parse_ring(copy, len, ring, &error);

	free(copy);
	return ok;
}

static void rings_are_read(void)
{
	struct seal_keyring ring;
	uint8_t want[SEAL_KEY_BYTES];

	CHECK(ring_of("current 0 " ONES, &ring), "no newline at the end");
	CHECK(!ring.present[SEAL_PREVIOUS] && !ring.present[SEAL_NEXT], "keys from nowhere");
	CHECK_EQ(ring.id[SEAL_CURRENT], 0);
	CHECK(ring_of("# keys\n\n  next\t255 " THREES " \r\ncurrent 254 " TWOS "\n"
		      "previous 1 " ONES "\n#current 3 " TWOS, &ring), "three keys");
	memset(want, 1, sizeof(want));
	CHECK(ring.present[SEAL_PREVIOUS] && ring.id[SEAL_PREVIOUS] == 1 &&
	      !memcmp(ring.key[SEAL_PREVIOUS], want, sizeof(want)), "previous");
	memset(want, 2, sizeof(want));
	CHECK(ring.present[SEAL_CURRENT] && ring.id[SEAL_CURRENT] == 254 &&
	      !memcmp(ring.key[SEAL_CURRENT], want, sizeof(want)), "current");
	memset(want, 3, sizeof(want));
	CHECK(ring.present[SEAL_NEXT] && ring.id[SEAL_NEXT] == 255 &&
	      !memcmp(ring.key[SEAL_NEXT], want, sizeof(want)), "next");
}

static void wrong_rings_are_refused(void)
{
	static const char *const wrong[] = {
		"", "\n", "# current 1 " ONES, "next 1 " ONES, "previous 1 " ONES,
		"current", "current 1", "current " ONES, "1 " ONES, "current 1 " ONES " more",
		"Current 1 " ONES, "currents 1 " ONES, "curr 1 " ONES, "current -1 " ONES,
		"current 256 " ONES, "current 1000 " ONES, "current 0x1 " ONES, "current 1. " ONES,
		"current 1 " ONES "\ncurrent 2 " TWOS, "current 1 " ONES "\nnext 1 " TWOS,
		"current 1 " ZEROS, "current 1 AQEB", "current 1 " ONES "=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ*=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", "current\v1 " ONES,
	};
	struct seal_keyring ring;
	uint8_t before[sizeof(ring)];
	size_t i;

	memset(&ring, 0x77, sizeof(ring));
	memcpy(before, &ring, sizeof(ring));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(!ring_of(wrong[i], &ring), "taken: '%s'", wrong[i]);
		CHECK(!memcmp(&ring, before, sizeof(ring)), "refused, and yet changed");
	}
}

static void what_is_printed_is_read(void)
{
	char text[KEYS_FILE_BYTES];
	struct seal_keyring ring = { 0 }, got;
	uint8_t key[SEAL_KEY_BYTES];
	size_t len;
	int i, j;

	CHECK_EQ(keys_print_ring(&ring, text), 0);
	CHECK_EQ(text[0], '\0');
	for (i = 0; i < 200; i++) {
		memset(&ring, 0, sizeof(ring));
		for (j = 0; j < SEAL_SLOTS; j++) {
			if (j != SEAL_CURRENT && test_random_below(2))
				continue;
			memset(key, test_random_range(1, 255), sizeof(key));
			CHECK_EQ(seal_key_set(&ring, j, (uint8_t)(j * 80UL + test_random_below(50)),
					      key), 0);
		}
		len = keys_print_ring(&ring, text);
		CHECK_EQ(strlen(text), len);
		CHECK(ring_of(text, &got), "not read: %s", text);
		CHECK(!memcmp(&ring, &got, sizeof(ring)), "not what it was: %s", text);
	}
}

static void names_of_nodes_are_uuids(void)
{
	static const char *const wrong[] = {
		"", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
		"0123456789abcdef0123456789abcdeg", "01234567-89ab-cdef-0123-456789abcde",
		"0123456-789ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-45678-9abcde",
		"01234567-89ab-cdef-0123-4567-89abcdef", "01234567 89ab cdef 0123 456789abcdef",
	};
	struct gw_id id, other;
	size_t i;

	CHECK(keys_parse_node("0123456789abcdef0123456789ABCDEF", &id), "without hyphens");
	CHECK(keys_parse_node(NODE, &other) && !memcmp(&id, &other, sizeof(id)), "with hyphens");
	CHECK_EQ(id.byte[0], 0x01);
	CHECK_EQ(id.byte[15], 0xef);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!keys_parse_node(wrong[i], &id), "taken: '%s'", wrong[i]);
	CHECK(!memcmp(&id, &other, sizeof(id)), "refused, and yet changed");
}

/* --- loading --- */

static void what_the_commands_make_is_loaded(void)
{
	struct scene *s = new_scene();
	struct gossip_crypto crypto;
	struct gw_hello hello;
	struct gw_key none = { 0 };
	struct keys keys, again;

	CHECK(load(s, &keys), "own keys");
	crypto = crypto_sodium(keys.secret);
	hello = (struct gw_hello) { .node = s->self, .public_key = keys.public_key,
				    .zone = ZONE_NUMBER, .endorsement = keys.endorsement };
	CHECK(seal_endorsed(&crypto, &hello, &keys.authority), "not endorsed");
	CHECK(keys.ring.present[SEAL_CURRENT] && keys.ring.id[SEAL_CURRENT] == 1, "first key");
	/* A site without an authority. */
	s->files.authority = NULL;
	s->files.endorsement = "";
	CHECK(load(s, &again), "without an authority");
	CHECK(!memcmp(&again.authority, &none, sizeof(none)), "an authority from nowhere");
	CHECK(!memcmp(again.secret, keys.secret, sizeof(keys.secret)), "another secret");
	keys_wipe(&keys);
	CHECK(sodium_is_zero((uint8_t *)&keys, sizeof(keys)), "wiped, and still there");
	end_scene(s);
}

static void parts_that_do_not_fit_are_refused(void)
{
	struct scene *s = new_scene();
	char path[PATH_BYTES];

	s->self.byte[0]++;
	refused(s, "not for this node");
	s->self.byte[0]--;
	s->files.endorsement = NULL;
	refused(s, "no endorsement");
	s->files.endorsement = s->endorsement;
	s->files.authority = NULL;
	refused(s, "no authority");
	s->files.authority = s->authority;
	s->files.node = NULL;
	refused(s, "the node's key");
	s->files.node = s->node;
	s->files.zone = "";
	refused(s, "the zone's keys");
	s->files.zone = s->zone;
	name(s, path, "gone");
	s->files.zone = path;
	refused(s, "No such file");
	s->files.zone = s->zone;
	/* Another key of the node than the one that was endorsed. */
	CHECK_EQ(run(NULL, s->node, "genkey", NULL, NULL, NULL), 0);
	refused(s, "not for this node");
	write_file(s->node, ZEROS, 0600);
	refused(s, "all zeros");
	write_file(s->node, "nonsense", 0600);
	refused(s, "base64");
	write_file(s->node, ONES, 0600);
	write_file(s->authority, "", 0600);
	refused(s, "base64");
	write_file(s->authority, ONES, 0600);
	write_file(s->endorsement, ONES, 0600);
	refused(s, "64 bytes");
	write_file(s->zone, "next 1 " ONES, 0600);
	refused(s, "no current key");
	end_scene(s);
}

static void files_of_others_are_refused(void)
{
	static const struct {
		mode_t mode;
		const char *secret, *public;
	} modes[] = {
		{ 0600, NULL, NULL }, { 0400, NULL, NULL }, { 0440, NULL, NULL },
		{ 0640, NULL, NULL }, { 0644, "read it", NULL }, { 0604, "read it", NULL },
		{ 0601, "read it", NULL }, { 0620, "write", "write" }, { 0602, "write", "write" },
		{ 0666, "write", "write" },
	};
	struct scene *s = new_scene();
	struct keys keys;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const char *const paths[] = { s->node, s->zone, s->authority, s->endorsement };
		size_t file;

		for (file = 0; file < 4; file++) {
			const char *why = file < 2 ? modes[i].secret : modes[i].public;

			CHECK(!chmod(paths[file], modes[i].mode), "chmod");
			if (why)
				refused(s, why);
			else
				CHECK(load(s, &keys), "file %zu, mode %o", file, modes[i].mode);
			CHECK(!chmod(paths[file], 0600), "chmod");
		}
	}
	if (!geteuid()) {
		CHECK(!chown(s->node, 12345, (gid_t)-1), "chown");
		refused(s, "owner");
	}
	end_scene(s);
}

static void what_is_no_file_is_refused(void)
{
	struct scene *s = new_scene();
	char path[PATH_BYTES], text[KEYS_FILE_BYTES + 2];
	struct keys keys;

	name(s, path, "other");
	s->files.node = path;
	CHECK(!mkfifo(path, 0600), "no FIFO");
	refused(s, "not a file");
	unlink(path);
	CHECK(!mkdir(path, 0700), "no directory");
	refused(s, "not a file");
	rmdir(path);
	memset(text, ' ', sizeof(text));
	text[KEYS_FILE_BYTES + 1] = '\0';
	write_file(path, text, 0600);
	refused(s, "too long");
	/* As long as one may be, and what is in it counts. */
	s->files.authority = NULL;
	s->files.endorsement = NULL;
	memcpy(text, ONES, sizeof(ONES) - 1);
	text[KEYS_FILE_BYTES] = '\0';
	write_file(path, text, 0600);
	CHECK(load(s, &keys), "spaces behind it");
	unlink(path);
	/* As the directories of a container's secrets have it. */
	CHECK(!symlink(s->node, path), "no link");
	CHECK(load(s, &keys), "a link");
	unlink(path);
	end_scene(s);
}

/* --- rotation --- */

static int zone_command(struct scene *s, const char *command)
{
	return run(NULL, "/dev/null", command, s->zone, NULL, NULL);
}

static void keys_rotate_in_their_file(void)
{
	struct scene *s = new_scene();
	struct keys keys, before;
	struct stat st;
	int round;

	CHECK(!chmod(s->zone, 0640), "chmod");
	CHECK_EQ(zone_command(s, "rotate"), 1);
	CHECK_EQ(zone_command(s, "forget"), 1);
	/* Past the last number. */
	for (round = 1; round < 300; round++) {
		CHECK_EQ(zone_command(s, "genzonekey"), 0);
		CHECK_EQ(zone_command(s, "genzonekey"), 1);
		CHECK(load(s, &before), "with a next key");
		CHECK_EQ(before.ring.id[SEAL_CURRENT], (uint8_t)round);
		CHECK_EQ(before.ring.id[SEAL_NEXT], (uint8_t)(round + 1));
		CHECK_EQ(zone_command(s, "rotate"), 0);
		CHECK(load(s, &keys), "rotated");
		/* As it goes in memory. */
		CHECK_EQ(seal_rotate(&before.ring), 0);
		CHECK(!memcmp(&before.ring, &keys.ring, sizeof(keys.ring)), "other keys");
	}
	CHECK_EQ(zone_command(s, "forget"), 0);
	CHECK(load(s, &keys) && !keys.ring.present[SEAL_PREVIOUS], "the previous key stays");
	/* A number that is taken is passed over. */
	write_file(s->zone, "current 3 " ONES "\nprevious 4 " TWOS, 0640);
	CHECK_EQ(zone_command(s, "genzonekey"), 0);
	CHECK(load(s, &keys), "with a next key");
	CHECK_EQ(keys.ring.id[SEAL_NEXT], 5);
	/* Who could read it still can. */
	CHECK(!stat(s->zone, &st) && (st.st_mode & 07777) == 0640, "mode %o", st.st_mode);
	end_scene(s);
}

static void a_change_is_whole_or_none(void)
{
	char path[PATH_BYTES], text[TEXT_BYTES], again[TEXT_BYTES];
	struct scene *s = new_scene();
	struct keys keys;

	read_text(s->zone, text);
	/* Somebody else is at it. */
	name(s, path, "zone.new");
	write_file(path, "current 1 " ONES, 0600);
	CHECK_EQ(zone_command(s, "genzonekey"), 1);
	read_text(path, again);
	CHECK(!strcmp(again, "current 1 " ONES), "that of the other one was taken away");
	unlink(path);
	read_text(s->zone, again);
	CHECK(!strcmp(text, again), "refused, and yet changed");
	/* A file that could not be read is not written over. */
	write_file(s->zone, "current 1 nonsense", 0600);
	CHECK_EQ(zone_command(s, "genzonekey"), 1);
	read_text(s->zone, again);
	CHECK(!strcmp(again, "current 1 nonsense"), "written over");
	write_file(s->zone, text, 0644);
	CHECK_EQ(zone_command(s, "genzonekey"), 1);
	CHECK(!chmod(s->zone, 0600) && load(s, &keys), "as it was");
	CHECK(access(path, F_OK), "%s is left behind", path);
	/* Nothing to rotate where there is no file, and none comes of it. */
	unlink(s->zone);
	CHECK_EQ(zone_command(s, "rotate"), 1);
	CHECK(access(s->zone, F_OK) && access(path, F_OK), "a file without keys");
	name(s, s->zone, "no/such/directory");
	CHECK_EQ(zone_command(s, "genzonekey"), 1);
	end_scene(s);
}

/* --- commands --- */

static void commands_know_what_they_are_told(void)
{
	struct scene *s = new_scene();
	char out[PATH_BYTES], text[TEXT_BYTES], again[TEXT_BYTES];
	FILE *full = fopen("/dev/full", "w"), *null = fopen("/dev/null", "r+");
	char *const genkey[] = { "genkey", NULL };

	name(s, out, "out");
	CHECK_EQ(run(NULL, out, "pubkey", NULL, NULL, NULL), 1);
	CHECK_EQ(run(NULL, out, "nonsense", NULL, NULL, NULL), 2);
	CHECK_EQ(run(NULL, out, "genkey", "more", NULL, NULL), 2);
	CHECK_EQ(run(NULL, out, "rotate", NULL, NULL, NULL), 2);
	CHECK_EQ(run(NULL, out, "endorse", s->authority_secret, NODE, NULL), 2);
	CHECK_EQ(run(s->authority, out, "endorse", s->authority_secret, "x", ZONE), 1);
	CHECK_EQ(run(s->authority, out, "endorse", s->authority_secret, NODE, "65536"), 1);
	CHECK_EQ(run(s->authority, out, "endorse", s->authority_secret, NODE, "-1"), 1);
	CHECK_EQ(run(s->authority, out, "endorse", s->authority_secret, NODE, ""), 1);
	CHECK_EQ(run(s->authority, out, "endorse", s->authority_secret, NODE, "1x"), 1);
	CHECK_EQ(run(NULL, out, "endorse", s->authority_secret, NODE, ZONE), 1);
	CHECK_EQ(run(s->authority, out, "endorse", s->endorsement, NODE, ZONE), 1);
	CHECK_EQ(run(s->authority, out, "endorse", "/nowhere", NODE, ZONE), 1);
	CHECK(full && null && key_command(1, genkey, null, full, null) == 1, "a full disk");
	CHECK_EQ(key_command(0, genkey + 1, null, null, null), 2);
	fclose(full);
	fclose(null);
	/* No two keys are the same. */
	CHECK_EQ(run(NULL, out, "genzonekey", NULL, NULL, NULL), 0);
	read_text(out, text);
	CHECK_EQ(strlen(text), 45);
	CHECK_EQ(run(NULL, out, "genkey", NULL, NULL, NULL), 0);
	read_text(out, again);
	CHECK(strcmp(text, again) != 0, "the same key twice");
	unlink(out);
	end_scene(s);
}

/* What is shown tells keys apart and has nothing of them in it. */
static void fingerprints_are_shown(void)
{
	struct scene *s = new_scene();
	char out[PATH_BYTES], text[TEXT_BYTES], again[TEXT_BYTES];

	name(s, out, "out");
	write_file(s->zone, "current 3 " ONES "\nnext 4 " TWOS, 0600);
	CHECK_EQ(run(NULL, out, "show", s->zone, NULL, NULL), 0);
	read_text(out, text);
	CHECK(!strncmp(text, "current 3 ", 10) && strstr(text, "\nnext 4 "), "%s", text);
	CHECK(!strstr(text, "AQEB") && !strstr(text, "010101"), "%s", text);
	write_file(s->zone, "current 3 " ONES "\nnext 4 " THREES, 0600);
	CHECK_EQ(run(NULL, out, "show", s->zone, NULL, NULL), 0);
	read_text(out, again);
	CHECK(strcmp(text, again) != 0, "two keys look the same");
	CHECK_EQ(strncmp(text, again, strcspn(text, "\n")), 0);
	write_file(s->zone, "next 4 " THREES, 0600);
	CHECK_EQ(run(NULL, out, "show", s->zone, NULL, NULL), 1);
	unlink(out);
	end_scene(s);
}

const struct test_suite keys_suite = {
	.name = "keys",
	.cases = (const struct test_case[]) {
		{ "rings_are_read", rings_are_read },
		{ "wrong_rings_are_refused", wrong_rings_are_refused },
		{ "what_is_printed_is_read", what_is_printed_is_read },
		{ "names_of_nodes_are_uuids", names_of_nodes_are_uuids },
		{ "what_the_commands_make_is_loaded", what_the_commands_make_is_loaded },
		{ "parts_that_do_not_fit_are_refused", parts_that_do_not_fit_are_refused },
		{ "files_of_others_are_refused", files_of_others_are_refused },
		{ "what_is_no_file_is_refused", what_is_no_file_is_refused },
		{ "keys_rotate_in_their_file", keys_rotate_in_their_file },
		{ "a_change_is_whole_or_none", a_change_is_whole_or_none },
		{ "commands_know_what_they_are_told", commands_know_what_they_are_told },
		{ "fingerprints_are_shown", fingerprints_are_shown },
		{ }
	},
};
