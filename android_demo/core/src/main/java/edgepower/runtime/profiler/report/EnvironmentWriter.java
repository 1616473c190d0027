package edgepower.runtime.profiler.report;

import edgepower.runtime.json.JsonWriter;
import edgepower.runtime.profiler.machine.Core;
import edgepower.runtime.profiler.machine.Environment;
import edgepower.runtime.profiler.machine.State;
import edgepower.runtime.profiler.machine.Usage;
import java.util.Map;

/** Writes a report's environment (PROFILE.md section 4). */
final class EnvironmentWriter {
    private EnvironmentWriter() {}

    static void write(JsonWriter json, Environment environment) {
        json.object().name("device").value(environment.machine.device);
        json.name("cpu").value(environment.machine.cpu);
        json.name("architecture").value(environment.machine.architecture);
        json.name("cores").array();
        for (Core core : environment.cores) {
            json.object().name("index").value(core.index);
            number(json.name("min_mhz"), core.minMhz);
            number(json.name("max_mhz"), core.maxMhz);
            json.name("governor").value(core.governor).end();
        }
        json.end();
        count(json.name("memory_bytes"), environment.machine.memoryBytes);
        json.name("system").value(environment.machine.system);
        json.name("kernel").value(environment.machine.kernel);
        json.name("android").value(environment.machine.android);
        json.name("versions").object();
        for (Map.Entry<String, String> version : environment.versions.entrySet()) {
            json.name(version.getKey()).value(version.getValue());
        }
        json.end().name("before");
        state(json, environment.before);
        json.name("after");
        state(json, environment.after);
        json.name("usage");
        usage(json, environment.usage);
        json.end();
    }

    private static void state(JsonWriter json, State state) {
        json.object();
        numbers(json.name("clocks_mhz"), state.clocksMhz);
        numbers(json.name("temperatures_c"), state.temperaturesC);
        json.name("throttle_counts").object();
        for (Map.Entry<String, Long> core : state.throttleCounts.entrySet()) {
            json.name(core.getKey()).value(core.getValue().longValue());
        }
        json.end().name("load_average").array();
        for (double value : state.loadAverage) {
            json.value(value);
        }
        json.end();
        count(json.name("available_bytes"), state.availableBytes);
        json.name("battery");
        if (state.battery == null) {
            json.nothing();
        } else {
            number(json.object().name("percent"), state.battery.percent);
            json.name("status").value(state.battery.status).end();
        }
        json.end();
    }

    private static void usage(JsonWriter json, Usage usage) {
        json.object().name("wall_s").value(usage.wallS);
        json.name("own_cpu_s").value(usage.ownCpuS);
        number(json.name("other_cpu_s"), usage.otherCpuS);
        number(json.name("stolen_s"), usage.stolenS);
        count(json.name("involuntary_switches"), usage.involuntarySwitches);
        json.end();
    }

    private static void numbers(JsonWriter json, Map<String, Double> values) {
        json.object();
        for (Map.Entry<String, Double> value : values.entrySet()) {
            json.name(value.getKey()).value(value.getValue().doubleValue());
        }
        json.end();
    }

    /** Writes a number, or null where it is not told. */
    static void number(JsonWriter json, Double value) {
        if (value == null) {
            json.nothing();
        } else {
            json.value(value.doubleValue());
        }
    }

    private static void count(JsonWriter json, Long value) {
        if (value == null) {
            json.nothing();
        } else {
            json.value(value.longValue());
        }
    }
}
