/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has been set, and when it takes effect: a number that is remembered for as long as a delay.
 */
#ifndef GOSSIP_DELAY_LINE_H
#define GOSSIP_DELAY_LINE_H

/* Numbers that are remembered: the delay is cut into as many pieces. */
#define DELAY_PIECES 32U

/**
 * struct delay_line - numbers of the last while; delay_line_begin() makes one
 * @value: a ring
 * @newest: of @value
 * @gone_s: since the newest was entered
 * @period_s: between two entries; 0: not known yet
 */
struct delay_line {
	double value[DELAY_PIECES];
	unsigned int newest;
	double gone_s;
	double period_s;
};

void delay_line_begin(struct delay_line *d, double value);
void delay_line_pass(struct delay_line *d, double dt_s, double delay_s, double least_s);
double delay_line_at(const struct delay_line *d, double ago_s);
void delay_line_enter(struct delay_line *d, double value);

#endif /* GOSSIP_DELAY_LINE_H */
