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
#include "key_samples.h"
#include "keys.h"

#define PATH_BYTES 128
#define TEXT_BYTES 512
#define ZONE "7"
#define ZONE_NUMBER 7

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

/* What a command says to standard error. */
static void says(const char *command, const char *path, const char *what, const char *more)
{
	char *const argv[] = { (char *)command, (char *)path, NULL };
	char text[TEXT_BYTES] = "", want[TEXT_BYTES];
	FILE *null = fopen("/dev/null", "r+"), *err = fmemopen(text, sizeof(text), "w");

	CHECK(null && err, "no streams");
	CHECK_EQ(key_command(2, argv, null, null, err), 1);
	fclose(err);
	fclose(null);
	snprintf(want, sizeof(want), "%s: %s%s\n", what, path, more);
	CHECK(!strcmp(text, want), "'%s' in place of '%s'", text, want);
}

static void what_is_wrong_is_said_once(void)
{
	struct scene *s = new_scene();

	says("show", "/nowhere", "show", ": No such file or directory");
	says("rotate", s->zone, "keys", ": there is no such key to change");
	CHECK_EQ(zone_command(s, "genzonekey"), 0);
	says("genzonekey", s->zone, "keys", ": there is a next key already: rotate to it first");
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
		{ "what_the_commands_make_is_loaded", what_the_commands_make_is_loaded },
		{ "parts_that_do_not_fit_are_refused", parts_that_do_not_fit_are_refused },
		{ "files_of_others_are_refused", files_of_others_are_refused },
		{ "what_is_no_file_is_refused", what_is_no_file_is_refused },
		{ "keys_rotate_in_their_file", keys_rotate_in_their_file },
		{ "a_change_is_whole_or_none", a_change_is_whole_or_none },
		{ "commands_know_what_they_are_told", commands_know_what_they_are_told },
		{ "what_is_wrong_is_said_once", what_is_wrong_is_said_once },
		{ "fingerprints_are_shown", fingerprints_are_shown },
		{ }
	},
};
