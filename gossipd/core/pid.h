/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PI controller whose output is the share of the load to shed.
 */
#ifndef GOSSIP_PID_H
#define GOSSIP_PID_H

/**
 * struct pid_gains - of a step
 * @gain_per_c: share of the load to shed for each °C too much
 * @integral_s: time in which a lasting error does as much by the integral as by itself
 * @release_ratio: how much of the integral's rate remains for an error below 0
 * @max: most that the output may be, 0 to 1
 * @held: an integral of so much is kept ready as far as an error below 0 makes up for it; 0: none
 */
struct pid_gains {
	double gain_per_c;
	double integral_s;
	double release_ratio;
	double max;
	double held;
};

/**
 * struct pid - state; all zeros is a fresh one
 * @integral: part of the output
 * @held: what is kept ready, and counts if it is more than the integral
 * @output: of the last step, 0 to the gains' max
 */
struct pid {
	double integral;
	double held;
	double output;
};

double pid_dead_band(double error_c, double width_c);
double pid_step(struct pid *pid, const struct pid_gains *g, double error_c, double dt_s);
void pid_start(struct pid *pid, const struct pid_gains *g, double error_c, double output);

#endif /* GOSSIP_PID_H */
