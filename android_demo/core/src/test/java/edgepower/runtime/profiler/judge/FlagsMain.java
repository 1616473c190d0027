package edgepower.runtime.profiler.judge;

import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
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
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges reports as the profiler does, for Python to compare.
 *
 * <p>Arguments: a file with a report's JSON a line, and the most texts that are read. A line is printed for each report:
 * its flags as {@code kind|case|reason}, with tabs between them.
 */
public final class FlagsMain {
    private FlagsMain() {}

    /** Reads of a report what flags are found from, and nothing else. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        int mostTexts = Integer.parseInt(arguments[1]);
        for (String line : Files.readAllLines(Paths.get(arguments[0]), StandardCharsets.UTF_8)) {
            JsonNode report = Json.parse(line.getBytes(StandardCharsets.UTF_8), "report");
            List<CaseResult> results = new ArrayList<CaseResult>();
            for (JsonNode result : report.get("results").items()) {
                results.add(result(result));
            }
            List<MixResult> mixes = new ArrayList<MixResult>();
            for (JsonNode mix : report.get("mixes").items()) {
                int size = mix.get("total_ms").items().size();
                mixes.add(new MixResult(key(mix, 0), new int[size], new int[size], new double[size], 0, null));
            }
            Environment environment = environment(report.get("environment"));
            Settings settings = settings(report.get("settings"));
            String between = "";
            for (Flag flag : Flags.find(environment, results, mixes, settings, mostTexts)) {
                out.print(between + flag.kind + "|" + (flag.about == null ? "" : flag.about) + "|" + flag.reason);
                between = "\t";
            }
            out.println();
        }
        out.flush();
    }

    private static CaseResult result(JsonNode node) {
        List<Integer> rounds = new ArrayList<Integer>();
        for (JsonNode round : node.get("rounds").items()) {
            rounds.add((int) integer(round));
        }
        List<SpanTimes> spans = new ArrayList<SpanTimes>();
        for (JsonNode span : node.get("spans").items()) {
            List<Double> found = numbers(span.get("times_ms"));
            double[] times = new double[found.size()];
            for (int place = 0; place < times.length; place++) {
                times[place] = found.get(place);
            }
            spans.add(new SpanTimes(span.get("name").string(), span.get("in_engine").bool(), times));
        }
        JsonNode key = node.get("case");
        ProgramFacts facts = new ProgramFacts(new int[] {1}, 1, 1);
        return new CaseResult(key(key, (int) integer(key.get("length"))), facts, 1, 0, rounds, spans);
    }

    private static Case key(JsonNode node, int length) {
        return new Case(
                node.get("engine").string(),
                node.get("precision").string(),
                node.get("budget").string(),
                length,
                (int) integer(node.get("threads")));
    }

    private static Settings settings(JsonNode node) {
        Double seconds = number(node.nullable("max_seconds"));
        return new Settings(
                1,
                (int) integer(node.get("iterations")),
                seconds == null ? Double.NaN : seconds,
                1,
                numbers(node.get("percentiles")),
                "",
                (int) integer(node.get("num_texts")));
    }

    private static Environment environment(JsonNode node) {
        List<Core> cores = new ArrayList<Core>();
        for (JsonNode core : node.get("cores").items()) {
            JsonNode governor = core.nullable("governor");
            cores.add(new Core(
                    (int) integer(core.get("index")),
                    number(core.nullable("min_mhz")),
                    number(core.nullable("max_mhz")),
                    governor == null ? null : governor.string()));
        }
        JsonNode usage = node.get("usage");
        JsonNode switches = usage.nullable("involuntary_switches");
        return new Environment(
                null,
                cores,
                Collections.<String, String>emptyMap(),
                state(node.get("before")),
                state(node.get("after")),
                new Usage(
                        usage.get("wall_s").number(),
                        usage.get("own_cpu_s").number(),
                        number(usage.nullable("other_cpu_s")),
                        number(usage.nullable("stolen_s")),
                        switches == null ? null : integer(switches)));
    }

    private static State state(JsonNode node) {
        JsonNode battery = node.nullable("battery");
        Map<String, Long> throttles = new LinkedHashMap<String, Long>();
        for (String core : node.get("throttle_counts").keys()) {
            throttles.put(core, integer(node.get("throttle_counts").get(core)));
        }
        return new State(
                byName(node.get("clocks_mhz")),
                byName(node.get("temperatures_c")),
                throttles,
                Collections.<Double>emptyList(),
                null,
                battery == null ? null : new Battery(number(battery.nullable("percent")), battery.get("status").string()),
                -1);
    }

    private static Map<String, Double> byName(JsonNode node) {
        Map<String, Double> found = new LinkedHashMap<String, Double>();
        for (String name : node.keys()) {
            found.put(name, node.get(name).number());
        }
        return found;
    }

    private static List<Double> numbers(JsonNode node) {
        List<Double> found = new ArrayList<Double>();
        for (JsonNode item : node.items()) {
            found.add(item.number());
        }
        return found;
    }

    private static Double number(JsonNode node) {
        return node == null ? null : node.number();
    }

    private static long integer(JsonNode node) {
        return node.integer(Long.MIN_VALUE, Long.MAX_VALUE);
    }
}
