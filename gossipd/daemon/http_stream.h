/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What waits for a client of the stream: a queue of a bounded number of messages, of which the
 * oldest goes if there is no room. A message is shared by all clients that wait for it.
 */
#ifndef GOSSIPD_HTTP_STREAM_H
#define GOSSIPD_HTTP_STREAM_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct stream_message - a message
 * @refs: who waits for it, and who made it
 * @len: bytes of it
 * @bytes: room that libwebsockets wants for headers, and the message
 */
struct stream_message {
	unsigned int refs;
	size_t len;
	unsigned char bytes[];
};

/**
 * struct stream_queue - what waits for a client; all zeros is nothing
 * @slot: messages, from @first on, in a circle
 * @room: how many may wait; slots that there are
 * @first: the oldest
 * @nr: how many wait
 * @dropped: messages that went since the client was last told
 */
struct stream_queue {
	struct stream_message **slot;
	size_t room;
	size_t first;
	size_t nr;
	uint64_t dropped;
};

struct stream_message *stream_message(const char *text);
void stream_release(struct stream_message *message);
int stream_init(struct stream_queue *queue, size_t room);
size_t stream_push(struct stream_queue *queue, struct stream_message *message);
struct stream_message *stream_pop(struct stream_queue *queue);
void stream_clear(struct stream_queue *queue);

#endif /* GOSSIPD_HTTP_STREAM_H */
