package edgepower.runtime.profiler.judge;

import edgepower.runtime.profiler.machine.Battery;
import edgepower.runtime.profiler.machine.Core;
import edgepower.runtime.profiler.machine.Environment;
import edgepower.runtime.profiler.machine.State;
import edgepower.runtime.profiler.machine.Usage;
import edgepower.runtime.profiler.report.Figures;
import edgepower.runtime.profiler.report.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the machine itself says against a profile; the bounds are those of the Python profiler, and so are the words. */
final class MachineFlags {
    // Cores of one chip boost to clocks that differ by some 5 %.
    private static final double CLOCK_CHANGE = 0.10;
    // Of its highest clock that a busy core should reach; much less of it means a limit of heat, of power or a governor.
    private static final double SLOW_CLOCK = 0.75;
    // A rise of a thermal zone that says that the machine was not warm yet.
    private static final double TEMPERATURE_RISE_C = 5;
    // Of the usable cores' time that others may take; an idle desktop takes some percent.
    private static final double OTHERS_PART = 0.10;
    // Of the wall time that the profiler must have been running: timed answers never wait.
    private static final double PRESENT_PART = 0.90;
    // A competitor on our core takes it 100 to 300 times a second, the kernel's own threads some times.
    private static final double SWITCHES_PER_SECOND = 100;
    // In a run of milliseconds a few of the kernel's ticks, in which our own time is told, would pass for a busy machine.
    private static final double LEAST_TAKEN_S = 0.05;
    private static final long LEAST_SWITCHES = 20;
    private static final String[] THERMAL = {"none", "light", "moderate", "severe", "critical", "emergency", "shutdown"};

    private MachineFlags() {}

    /**
     * Finds what concerns all cases.
     *
     * @param environment from before the run and after it
     * @param threads the most that a case ran on
     */
    static List<Flag> find(Environment environment, int threads) {
        State before = environment.before;
        State after = environment.after;
        List<Flag> found = new ArrayList<Flag>();
        add(found, "clock-changed", clock(before, after, environment.cores));
        add(found, "throttled", throttled(before, after));
        add(found, "temperature-rose", temperature(before.temperaturesC, after.temperaturesC));
        add(found, "cores-taken", coresTaken(environment, threads));
        add(found, "on-battery", onBattery(before, after));
        return found;
    }

    private static void add(List<Flag> found, String kind, String reason) {
        if (reason != null) {
            found.add(new Flag(kind, null, reason));
        }
    }

    /** Compares the fastest core's clocks: a state is taken with one core busy, and the others' clocks may idle. */
    private static String clock(State before, State after, List<Core> cores) {
        if (before.clocksMhz.isEmpty() || after.clocksMhz.isEmpty()) {
            return null;
        }
        double first = largest(before.clocksMhz);
        double last = largest(after.clocksMhz);
        if (Math.abs(last - first) > CLOCK_CHANGE * Math.max(first, last)) {
            return "the fastest core ran at " + Figures.fixed(first, 0) + " MHz before and at " + Figures.fixed(last, 0)
                    + " MHz after, more than " + Figures.percent(CLOCK_CHANGE)
                    + " apart; let the machine cool, or fix its clock";
        }
        Core slow = nearest(before, cores);
        Core other = nearest(after, cores);
        State when = before;
        if (slow == null || other != null && part(after, other) < part(before, slow)) {
            slow = other;
            when = after;
        }
        if (slow == null || part(when, slow) >= SLOW_CLOCK) {
            return null;
        }
        return "a busy core reached " + Figures.fixed(when.clocksMhz.get(name(slow)), 0) + " MHz, under "
                + Figures.percent(SLOW_CLOCK) + " of what core " + slow.index + " can"
                + (slow.governor == null ? "" : " (governor " + slow.governor + ")")
                + "; let the machine cool, or lift the limit on its clock";
    }

    /** The core that comes nearest to its own highest clock; null where none tells. */
    private static Core nearest(State state, List<Core> cores) {
        Core found = null;
        for (Core core : cores) {
            boolean tells = core.maxMhz != null && state.clocksMhz.containsKey(name(core));
            if (tells && (found == null || part(state, core) > part(state, found))) {
                found = core;
            }
        }
        return found;
    }

    private static double part(State state, Core core) {
        return state.clocksMhz.get(name(core)) / core.maxMhz;
    }

    private static String name(Core core) {
        return Integer.toString(core.index);
    }

    private static double largest(Map<String, Double> values) {
        double found = 0;
        for (double value : values.values()) {
            found = Math.max(found, value);
        }
        return found;
    }

    private static String throttled(State before, State after) {
        StringBuilder listed = new StringBuilder();
        for (Map.Entry<String, Long> core : before.throttleCounts.entrySet()) {
            Long last = after.throttleCounts.get(core.getKey());
            if (last != null && last > core.getValue()) {
                String times = Figures.count(last - core.getValue(), "time");
                listed.append(listed.length() == 0 ? "" : ", ").append("core " + core.getKey() + " " + times);
            }
        }
        if (listed.length() > 0) {
            return "the CPU slowed itself for its heat (" + listed + "); let it cool, and measure with pauses";
        }
        int status = Math.min(Math.max(before.thermalStatus, after.thermalStatus), THERMAL.length - 1);
        if (status < 1) {
            return null;
        }
        return "the system held the device back for its heat (thermal status " + status + ", " + THERMAL[status]
                + ", where 0 is none); let it cool, and measure with pauses";
    }

    private static String temperature(Map<String, Double> before, Map<String, Double> after) {
        String zone = null;
        double highest = 0;
        for (Map.Entry<String, Double> entry : before.entrySet()) {
            Double last = after.get(entry.getKey());
            double rise = last == null ? 0 : last - entry.getValue();
            if (rise >= TEMPERATURE_RISE_C && rise > highest) {
                highest = rise;
                zone = entry.getKey();
            }
        }
        if (zone == null) {
            return null;
        }
        return zone + " warmed from " + Figures.fixed(before.get(zone), 1) + " to " + Figures.fixed(after.get(zone), 1)
                + " °C, by " + Figures.plain(TEMPERATURE_RISE_C) + " °C or more; a machine slows as it warms: "
                + "ask for more --warmup, or measure again now that it is warm";
    }

    /** Asks three witnesses: the cores' own counters, our share of the time, and how often we were interrupted. */
    private static String coresTaken(Environment environment, int threads) {
        Usage usage = environment.usage;
        int cores = environment.cores.size();
        if (usage.wallS <= 0) {
            return null;
        }
        String advice = "stop other programs and measure again";
        if (usage.otherCpuS != null && cores > 0) {
            double takenS = usage.otherCpuS + (usage.stolenS == null ? 0 : usage.stolenS);
            double part = takenS / (usage.wallS * cores);
            if (part > OTHERS_PART && takenS > LEAST_TAKEN_S) {
                return "others used " + Figures.percent(part) + " of the " + Figures.count(cores, "core")
                        + " that the profiler may use (" + Figures.fixed(takenS, 1) + " s of CPU in "
                        + Figures.fixed(usage.wallS, 1) + " s), more than " + Figures.percent(OTHERS_PART) + "; "
                        + advice;
            }
        }
        double present = usage.ownCpuS / usage.wallS;
        if (present < PRESENT_PART && usage.wallS - usage.ownCpuS > LEAST_TAKEN_S) {
            return "the profiler had a core only " + Figures.percent(present) + " of the time, less than "
                    + Figures.percent(PRESENT_PART) + "; " + advice + ", or lift the limit on its CPU time";
        }
        long switches = usage.involuntarySwitches == null ? 0 : usage.involuntarySwitches;
        double perSecond = switches / usage.wallS;
        // Several threads of our own take cores from each other, too.
        if (threads == 1 && switches >= LEAST_SWITCHES && perSecond > SWITCHES_PER_SECOND) {
            return "another process took a core from the profiler " + Figures.fixed(perSecond, 0)
                    + " times a second, more than " + Figures.fixed(SWITCHES_PER_SECOND, 0) + "; " + advice;
        }
        return null;
    }

    private static String onBattery(State before, State after) {
        for (State state : new State[] {after, before}) {
            Battery battery = state.battery;
            if (battery != null && battery.status.equalsIgnoreCase("discharging")) {
                String charge = battery.percent == null ? "" : " (" + Figures.fixed(battery.percent, 0) + " %)";
                return "the machine runs on its battery" + charge + ", where many slow themselves; plug it in";
            }
        }
        return null;
    }
}
