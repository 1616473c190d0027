package edgepower.runtime.profiler.judge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.profiler.machine.Battery;
import edgepower.runtime.profiler.machine.Core;
import edgepower.runtime.profiler.machine.Environment;
import edgepower.runtime.profiler.machine.State;
import edgepower.runtime.profiler.machine.Usage;
import edgepower.runtime.profiler.report.Case;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.Flag;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.ProgramFacts;
import edgepower.runtime.profiler.report.Settings;
import edgepower.runtime.profiler.report.SpanTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class FlagsTest {
    private static final Usage QUIET = new Usage(10, 9.9, 0.1, 0.0, 3L);
    private static final List<Core> CORES = Arrays.asList(new Core(0, 300.0, 2000.0, "schedutil"), new Core(1, null, null, null));
    private static final int MOST_TEXTS = 2000;

    private static State state(Double mhz, Double celsius, Long throttled, Battery battery, int thermal) {
        return new State(one(mhz), one(celsius), one(throttled), Collections.<Double>emptyList(), null, battery, thermal);
    }

    private static <T> Map<String, T> one(T value) {
        return value == null ? Collections.<String, T>emptyMap() : Collections.singletonMap("0", value);
    }

    private static State calm() {
        return state(1900.0, 40.0, 5L, null, -1);
    }

    private static Environment environment(State before, State after, Usage usage) {
        return new Environment(null, CORES, Collections.<String, String>emptyMap(), before, after, usage);
    }

    private static CaseResult result(String budget, int samples, double spread) {
        double[] times = new double[samples];
        for (int place = 0; place < samples; place++) {
            times[place] = 10 * (1 + (place % 2 == 0 ? spread : -spread));
        }
        List<Integer> rounds = new ArrayList<Integer>(Collections.nCopies(samples, 1));
        return new CaseResult(
                new Case("onnx", "fp32", budget, 16, 1),
                new ProgramFacts(new int[] {1}, 100, 1000),
                16,
                0,
                rounds,
                Arrays.asList(new SpanTimes("run", true, times)));
    }

    private static MixResult mix(int samples) {
        Case key = new Case("onnx", "fp32", "full", 0, 1);
        return new MixResult(key, new int[samples], new int[samples], new double[samples], 0, null);
    }

    private static Settings settings(int iterations, double maxSeconds, int numTexts, Double... percentiles) {
        return new Settings(10, iterations, maxSeconds, 5, Arrays.asList(percentiles), "built-in", numTexts);
    }

    private static List<String> machine(State before, State after, Usage usage) {
        return told(environment(before, after, usage), Arrays.asList(result("full", 100, 0)), none(), settings(100, Double.NaN, 0, 50.0));
    }

    private static List<MixResult> none() {
        return Collections.emptyList();
    }

    private static List<String> told(Environment environment, List<CaseResult> results, List<MixResult> mixes, Settings settings) {
        List<String> found = new ArrayList<String>();
        for (Flag flag : Flags.find(environment, results, mixes, settings, MOST_TEXTS)) {
            found.add(flag.kind + (flag.about == null ? "" : " [" + flag.about + "]") + ": " + flag.reason);
        }
        return found;
    }

    private static List<String> samples(List<CaseResult> results, List<MixResult> mixes, Settings settings) {
        return told(environment(calm(), calm(), QUIET), results, mixes, settings);
    }

    @Test
    public void aQuietMachineWithEnoughSamplesHasNone() {
        assertEquals(Collections.<String>emptyList(), machine(calm(), calm(), QUIET));
    }

    @Test
    public void aClockThatChanged() {
        assertEquals(
                Arrays.asList("clock-changed: the fastest core ran at 1900 MHz before and at 1600 MHz after, more than "
                        + "10% apart; let the machine cool, or fix its clock"),
                machine(calm(), state(1600.0, 40.0, 5L, null, -1), QUIET));
    }

    @Test
    public void aClockThatIsHeldDown() {
        assertEquals(
                Arrays.asList("clock-changed: a busy core reached 1390 MHz, under 75% of what core 0 can (governor "
                        + "schedutil); let the machine cool, or lift the limit on its clock"),
                machine(state(1400.0, 40.0, 5L, null, -1), state(1390.0, 40.0, 5L, null, -1), QUIET));
        assertTrue(machine(state(1390.0, 40.0, 5L, null, -1), state(1400.0, 40.0, 5L, null, -1), QUIET)
                .get(0).contains("reached 1390 MHz"));
    }

    @Test
    public void aClockThatIsUntoldIsNotJudged() {
        assertEquals(
                Collections.<String>emptyList(),
                machine(state(null, 40.0, 5L, null, -1), state(1000.0, 40.0, 5L, null, -1), QUIET));
    }

    @Test
    public void heat() {
        assertEquals(
                Arrays.asList(
                        "throttled: the CPU slowed itself for its heat (core 0 2 times); let it cool, and measure with "
                                + "pauses",
                        "temperature-rose: 0 warmed from 40.0 to 46.5 °C, by 5 °C or more; a machine slows as it "
                                + "warms: ask for more --warmup, or measure again now that it is warm"),
                machine(calm(), state(1900.0, 46.5, 7L, null, -1), QUIET));
        assertEquals(
                Arrays.asList("throttled: the system held the device back for its heat (thermal status 3, severe, where "
                        + "0 is none); let it cool, and measure with pauses"),
                machine(state(1900.0, 40.0, null, null, 3), state(1900.0, 44.9, null, null, 0), QUIET));
    }

    @Test
    public void othersThatTookTheCores() {
        assertEquals(
                Arrays.asList("cores-taken: others used 25% of the 2 cores that the profiler may use (5.0 s of CPU in "
                        + "10.0 s), more than 10%; stop other programs and measure again"),
                machine(calm(), calm(), new Usage(10, 9.9, 4.0, 1.0, 0L)));
        assertEquals(
                Arrays.asList("cores-taken: the profiler had a core only 50% of the time, less than 90%; stop other "
                        + "programs and measure again, or lift the limit on its CPU time"),
                machine(calm(), calm(), new Usage(10, 5, null, null, null)));
        assertEquals(
                Arrays.asList("cores-taken: another process took a core from the profiler 150 times a second, more than "
                        + "100; stop other programs and measure again"),
                machine(calm(), calm(), new Usage(10, 9.9, 0.0, null, 1500L)));
    }

    @Test
    public void aRunOfMillisecondsIsNotJudgedByTicks() {
        assertEquals(Collections.<String>emptyList(), machine(calm(), calm(), new Usage(0.04, 0.0, 0.02, 0.0, 15L)));
    }

    @Test
    public void aBattery() {
        State charging = state(1900.0, 40.0, 5L, new Battery(50.0, "Charging"), -1);
        State discharging = state(1900.0, 40.0, 5L, new Battery(49.6, "discharging"), -1);
        State untold = state(1900.0, 40.0, 5L, new Battery(null, "Discharging"), -1);
        assertEquals(Collections.<String>emptyList(), machine(charging, charging, QUIET));
        assertEquals(
                Arrays.asList("on-battery: the machine runs on its battery (50 %), where many slow themselves; plug it in"),
                machine(charging, discharging, QUIET));
        assertEquals(
                Arrays.asList("on-battery: the machine runs on its battery, where many slow themselves; plug it in"),
                machine(untold, charging, QUIET));
    }

    @Test
    public void tooFewSamplesForAPercentile() {
        List<CaseResult> both = Arrays.asList(result("full", 50, 0), result("fast", 5, 0));
        assertEquals(
                Arrays.asList("few-samples: as few as 5 samples for p50, p99, which need 100; ask for --iterations 100 or more"),
                samples(both, none(), settings(50, Double.NaN, 0, 99.0, 50.0)));
        assertEquals(
                Arrays.asList("few-samples [onnx fp32 fast 16, 1 thread]: 5 samples for p50, which needs 6; "
                        + "--max-seconds ended the run: allow more"),
                samples(both, none(), settings(50, 1, 0, 50.0)));
        assertEquals(1000, SampleFlags.samplesNeeded(99.9));
        assertEquals(6, SampleFlags.samplesNeeded(0));
    }

    @Test
    public void tooFewTextsForAMix() {
        List<CaseResult> fine = Arrays.asList(result("full", 100, 0));
        List<MixResult> mixes = Arrays.asList(mix(40), mix(30));
        String begin = "few-samples: the mix has 30 samples, one a text, for p99";
        assertEquals(
                Arrays.asList(begin + ", which needs 100; give 100 texts or more"),
                samples(fine, mixes, settings(100, Double.NaN, 40, 99.0)));
        assertEquals(
                Arrays.asList(begin + ", which needs 100; --max-seconds ended the run: allow more"),
                samples(fine, mixes, settings(100, 1, 200, 99.0)));
        assertTrue(samples(fine, mixes, settings(100, 1, 2000, 99.99)).get(1)
                .endsWith("no more than 2,000 texts are read: leave p99.99 out"));
        assertEquals(Collections.<String>emptyList(), samples(fine, mixes, settings(100, 1, 40, 50.0)));
    }

    @Test
    public void aMedianThatIsNotSure() {
        Settings settings = settings(100, Double.NaN, 0, 50.0);
        String reason = "the median of 10 ms is sure only to 8 to 12 ms (95 % interval), more than 5% to a side; "
                + "quieten the machine or ask for more --iterations";
        assertEquals(
                Arrays.asList("wide-spread [onnx fp32 fast 16, 1 thread]: " + reason),
                samples(Arrays.asList(result("full", 100, 0), result("fast", 100, 0.2)), none(), settings));
        assertEquals(
                Arrays.asList("wide-spread: no case's median is sure; the worst is onnx fp32 fast 16, 1 thread, where "
                        + reason),
                samples(Arrays.asList(result("full", 100, 0.1), result("fast", 100, 0.2)), none(), settings));
    }
}
