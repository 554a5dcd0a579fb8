// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that wait for clients of the stream.
 */
#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "http_stream.h"

/**
 * stream_message - a message of its maker
 * @text: what it says
 *
 * Return: message for stream_release(), NULL if there is no memory
 */
struct stream_message *stream_message(const char *text)
{
	size_t len = strlen(text);
	struct stream_message *message = malloc(sizeof(*message) + LWS_PRE + len);

	if (!message)
		return NULL;
	message->refs = 1;
	message->len = len;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a frame says how long it is */
	memcpy(message->bytes + LWS_PRE, text, len);
	return message;
}

/**
 * stream_release - one fewer needs a message
 * @message: which; may be NULL
 */
void stream_release(struct stream_message *message)
{
	if (message && !--message->refs)
		free(message);
}

/**
 * stream_init - make a queue
 * @queue: it
 * @room: messages that may wait, 1 or more
 *
 * Return: 0 or -ENOMEM
 */
int stream_init(struct stream_queue *queue, size_t room)
{
	*queue = (struct stream_queue){ .room = room };
	queue->slot = calloc(room, sizeof(struct stream_message *));
	return queue->slot ? 0 : -ENOMEM;
}

/**
 * stream_push - let a message wait
 * @queue: where
 * @message: which; the queue takes a reference of its own
 *
 * Return: messages that had to go for it, 0 or 1
 */
size_t stream_push(struct stream_queue *queue, struct stream_message *message)
{
	size_t gone = 0;

	if (queue->nr == queue->room) {
		stream_release(stream_pop(queue));
		queue->dropped++;
		gone = 1;
	}
	message->refs++;
	queue->slot[(queue->first + queue->nr++) % queue->room] = message;
	return gone;
}

/**
 * stream_pop - take the oldest message
 * @queue: where from
 *
 * Return: message for stream_release(), NULL if none waits
 */
struct stream_message *stream_pop(struct stream_queue *queue)
{
	struct stream_message *message;

	if (!queue->nr)
		return NULL;
	message = queue->slot[queue->first];
	queue->first = (queue->first + 1) % queue->room;
	queue->nr--;
	return message;
}

/**
 * stream_clear - give a queue back
 * @queue: it
 */
void stream_clear(struct stream_queue *queue)
{
	while (queue->nr)
		stream_release(stream_pop(queue));
	free(queue->slot);
	*queue = (struct stream_queue){ 0 };
}
