// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs by NVIDIA's management library, which is loaded if it is there. Only what is used of its
 * interface is declared here, from its reference (NVML API, NVIDIA): nothing is needed to build.
 *
 * Newer GPUs tell the margin itself, which is what counts: their absolute limits are deprecated.
 * Power is an average over a second from Ampere on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_internal.h"

#define GPUS_MAX 32

#define NVML_SUCCESS 0
#define NVML_ERROR_NOT_SUPPORTED 3
#define NVML_TEMPERATURE_GPU 0
#define NVML_TEMPERATURE_THRESHOLD_SLOWDOWN 1
/* As nvmlStructVersion() makes it: the size, and the version above it. */
#define MARGIN_VERSION ((unsigned int)(sizeof(struct margin) | (1U << 24)))

struct margin {
	unsigned int version;
	int margin_c;
};

/*
 * The library, as long as somebody uses it: probes, and the search that loaded it. The functions
 * from @margin on may be missing.
 */
struct nvml {
	atomic_uint users;
	void *handle;
	int (*init)(void);
	int (*shutdown)(void);
	int (*count)(unsigned int *count);
	int (*device)(unsigned int index, void **device);
	int (*temperature)(void *device, int sensor, unsigned int *temp_c);
	int (*margin)(void *device, struct margin *margin);
	int (*threshold)(void *device, int which, unsigned int *temp_c);
	int (*power)(void *device, unsigned int *power_mw);
	int (*power_limit)(void *device, unsigned int *power_mw);
	int (*fan)(void *device, unsigned int *percent);
};

static const struct {
	const char *name;
	size_t offset;
	bool needed;
} symbols[] = {
	{ "nvmlInit_v2", offsetof(struct nvml, init), true },
	{ "nvmlShutdown", offsetof(struct nvml, shutdown), true },
	{ "nvmlDeviceGetCount_v2", offsetof(struct nvml, count), true },
	{ "nvmlDeviceGetHandleByIndex_v2", offsetof(struct nvml, device), true },
	{ "nvmlDeviceGetTemperature", offsetof(struct nvml, temperature), true },
	{ "nvmlDeviceGetMarginTemperature", offsetof(struct nvml, margin), false },
	{ "nvmlDeviceGetTemperatureThreshold", offsetof(struct nvml, threshold), false },
	{ "nvmlDeviceGetPowerUsage", offsetof(struct nvml, power), false },
	{ "nvmlDeviceGetEnforcedPowerLimit", offsetof(struct nvml, power_limit), false },
	{ "nvmlDeviceGetFanSpeed", offsetof(struct nvml, fan), false },
};

static void put(struct nvml *lib)
{
	if (atomic_fetch_sub(&lib->users, 1) != 1)
		return;
	if (lib->handle) {
		lib->shutdown();
		dlclose(lib->handle);
	}
	free(lib);
}

static struct nvml *load(const char *name)
{
	struct nvml *lib = calloc(1, sizeof(*lib));
	size_t i;

	if (!lib)
		return NULL;
	atomic_init(&lib->users, 1);
	lib->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	for (i = 0; lib->handle && i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(lib->handle, symbols[i].name);

		memcpy((char *)lib + symbols[i].offset, &symbol, sizeof(symbol));
		if (!symbol && symbols[i].needed)
			break;
	}
	if (lib->handle && i == sizeof(symbols) / sizeof(symbols[0]) &&
	    lib->init() == NVML_SUCCESS)
		return lib;
	if (lib->handle)
		dlclose(lib->handle);
	free(lib);
	return NULL;
}

static void scan_gpus(struct sensor_scan *scan)
{
	struct nvml *lib = load(scan->library);
	unsigned int nr = 0, i;

	if (!lib)
		return;
	if (lib->count(&nr) != NVML_SUCCESS)
		nr = 0;
	for (i = 0; i < nr && i < GPUS_MAX; i++) {
		struct sensor_probe *probe;
		void *device;

		if (lib->device(i, &device) != NVML_SUCCESS)
			continue;
		probe = sensor_found(scan);
		if (!probe)
			break;
		snprintf(probe->name, sizeof(probe->name), "nvml/gpu%u", i);
		probe->place = SENSOR_GPU;
		probe->gpu = (struct sensor_gpu){ .lib = lib, .index = i, .device = device };
		atomic_fetch_add(&lib->users, 1);
	}
	put(lib);
}

static struct sensor_value *add(struct sensor_probe *probe, const char *what,
				enum sensor_kind kind, double value)
{
	struct sensor_value *out = &probe->values[probe->nr++];

	*out = (struct sensor_value){
		.kind = kind, .place = SENSOR_GPU, .value = value, .limit = NAN,
	};
	snprintf(out->name, sizeof(out->name), "%.64s/%s", probe->name, what);
	return out;
}

/* The margin as the GPU tells it; else the way to where it slows down. */
static void add_temperature(struct sensor_probe *probe, unsigned int temp_c)
{
	const struct nvml *lib = probe->gpu.lib;
	struct margin margin = { .version = MARGIN_VERSION };
	struct sensor_value *temp = add(probe, "temp", SENSOR_TEMP, temp_c);
	unsigned int limit_c;

	if (lib->threshold &&
	    lib->threshold(probe->gpu.device, NVML_TEMPERATURE_THRESHOLD_SLOWDOWN, &limit_c) ==
	    NVML_SUCCESS && limit_c)
		temp->limit = limit_c;
	if (lib->margin && lib->margin(probe->gpu.device, &margin) == NVML_SUCCESS) {
		add(probe, "margin", SENSOR_MARGIN, margin.margin_c);
		/* One of the two is enough, and this one is right. */
		temp->limit = NAN;
	}
}

static int read_gpu(struct sensor_probe *probe)
{
	const struct nvml *lib = probe->gpu.lib;
	unsigned int number, limit_mw;
	int ret = lib->temperature(probe->gpu.device, NVML_TEMPERATURE_GPU, &number);

	/* A GPU that fell off the bus answers nothing else either. */
	if (ret != NVML_SUCCESS)
		return ret == NVML_ERROR_NOT_SUPPORTED ? -EOPNOTSUPP : -EIO;
	add_temperature(probe, number);
	if (lib->power && lib->power(probe->gpu.device, &number) == NVML_SUCCESS) {
		struct sensor_value *power = add(probe, "power", SENSOR_POWER, number / 1000.0);

		if (lib->power_limit &&
		    lib->power_limit(probe->gpu.device, &limit_mw) == NVML_SUCCESS && limit_mw)
			power->limit = limit_mw / 1000.0;
	}
	if (lib->fan && lib->fan(probe->gpu.device, &number) == NVML_SUCCESS)
		add(probe, "fan", SENSOR_FAN, number / 100.0);
	return 0;
}

static void release_gpu(struct sensor_probe *probe)
{
	if (probe->gpu.lib)
		put(probe->gpu.lib);
}

const struct sensor_driver sensor_nvml = {
	.name = "nvml",
	.interval_ms = 250,
	.values = 4,
	.scan = scan_gpus,
	.read = read_gpu,
	.release = release_gpu,
};
