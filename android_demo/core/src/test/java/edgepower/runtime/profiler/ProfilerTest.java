package edgepower.runtime.profiler;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.runtime.BundleException;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The whole profiler on ONNX Runtime. Python's reader looks at its reports too, in tests/android. */
public class ProfilerTest {
    private static final String BOTH = "[{\"name\":\"pair\",\"tiers\":["
            + "{\"kind\":\"budget\",\"budget\":\"fast\",\"temperature\":1.5,\"threshold\":0.6},"
            + "{\"kind\":\"budget\",\"budget\":\"full\",\"temperature\":1,\"threshold\":null}]}]";
    private static final List<Text> TEXTS = Arrays.asList(
            Text.of("a good film"), Text.of("the film is long and dull and the end of it is bad"), Text.of(""));

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** Remembers every step, and may end the profile at one. */
    private static final class Heard implements Progress {
        final List<String> steps = new ArrayList<String>();
        private final String last;

        Heard(String last) {
            this.last = last;
        }

        @Override
        public boolean step(String what, int done, int total) {
            assertTrue(done + " of " + total, 0 <= done && done < total);
            steps.add(what);
            return last == null || !what.startsWith(last);
        }
    }

    private static ProfileOptions.Builder few() {
        return ProfileOptions.builder().iterations(6).warmup(1).burst(4).percentiles(50.0);
    }

    private static ProfileReport run(File bundle, ProfileOptions options) {
        return Profiler.run(bundle, options, DeviceFacts.NONE, new Heard(null));
    }

    private static JsonNode json(ProfileReport report) {
        return Json.parse(report.toJson().getBytes(StandardCharsets.UTF_8), "report");
    }

    private static String refused(File bundle, ProfileOptions options) {
        try {
            run(bundle, options);
        } catch (EdgePowerException error) {
            return error.getMessage();
        }
        fail("expected a refusal");
        return null;
    }

    @Test
    public void everyProgramIsTimedInRounds() throws Exception {
        File bundle = TinyBundle.named("tiny-bundle");
        JsonNode report = json(run(bundle, few().build()));
        assertEquals(3, report.get("schema_version").integer(0, 9));
        assertEquals(
                TinyBundle.sha256(TinyBundle.read(new File(bundle, "bundle.json"))),
                report.get("bundle").get("manifest_sha256").string());
        List<String> cases = new ArrayList<String>();
        for (JsonNode result : report.get("results").items()) {
            JsonNode key = result.get("case");
            cases.add(key.get("budget").string() + key.get("length").integer(1, 99));
            assertEquals("[4, 2]", numbers(result.get("rounds")).toString());
            assertTrue(result.get("startup").isNull());
            assertEquals("the built-in text fills the program",
                    key.get("length").integer(1, 99), result.get("num_tokens").integer(1, 99));
            List<String> spans = new ArrayList<String>();
            for (JsonNode span : result.get("spans").items()) {
                spans.add(span.get("name").string() + (span.get("in_engine").bool() ? "!" : ""));
                assertEquals(6, span.get("times_ms").items().size());
            }
            assertEquals(Arrays.asList("encode", "choose", "run!", "decode"), spans);
        }
        assertEquals(Arrays.asList("fast8", "fast24", "full8", "full24"), cases);
        JsonNode reference = report.get("reference");
        assertTrue(reference.get("work").string(), reference.get("work").string().startsWith("2 products of float32"));
        assertEquals(2, reference.get("rounds").items().size());
        assertTrue(report.get("mixes").items().isEmpty());
        assertEquals(System.getProperty("java.version"),
                report.get("environment").get("versions").get("java").string());
        assertTrue(report.get("environment").get("versions").has("onnxruntime"));
    }

    private static List<Long> numbers(JsonNode array) {
        List<Long> found = new ArrayList<Long>();
        for (JsonNode item : array.items()) {
            found.add(item.integer(0, Long.MAX_VALUE));
        }
        return found;
    }

    @Test
    public void theTableHasARowPerCaseOverTheUnprunedBudget() {
        ProfileReport report = run(TinyBundle.named("tiny-bundle"), few().lengths(24).iterations(20).build());
        ProfileRow fast = report.table().get(0);
        ProfileRow full = report.table().get(1);
        assertEquals("onnx fp32 fast 24, 1 thread", fast.name);
        assertEquals("full", fast.over);
        assertEquals(full.medianMs / fast.medianMs, fast.speedUp, 1e-12);
        assertTrue(fast.runMs > 0 && fast.runMs < fast.medianMs && fast.medianMs <= fast.p90Ms);
        assertNull(full.over);
        assertTrue(Double.isNaN(full.speedUp));
    }

    @Test
    public void doubtsNameTheirCase() {
        ProfileOptions options = few().iterations(2).percentiles(99.0).lengths(8).budgets("fast").build();
        List<String> doubts = run(TinyBundle.named("tiny-bundle"), options).doubts();
        String expected = "onnx fp32 fast 8, 1 thread: 2 samples for p99, which needs 100; ask for --iterations 100 or more";
        assertTrue(doubts.toString(), doubts.contains(expected));
    }

    @Test
    public void int8AndSeveralThreadCounts() {
        ProfileOptions options = few().threads(2, 1).budgets("full").lengths(8).precisions("int8").build();
        List<ProfileRow> rows = run(TinyBundle.named("tiny-int8"), options).table();
        assertEquals("onnx int8 full 8, 1 thread", rows.get(0).name);
        assertEquals("onnx int8 full 8, 2 threads", rows.get(1).name);
    }

    @Test
    public void givenTextsTakeTurnsAndMakeAMix() {
        ProfileOptions options = few().budgets("fast").texts("mine.txt", TEXTS).build();
        JsonNode report = json(run(TinyBundle.named("tiny-bundle"), options));
        assertEquals("mine.txt", report.get("settings").get("texts").string());
        assertEquals(3, report.get("settings").get("num_texts").integer(0, 9));
        assertEquals(2, report.get("results").items().get(0).get("num_texts").integer(0, 9));
        assertEquals(1, report.get("results").items().get(1).get("num_texts").integer(0, 9));
        List<JsonNode> mixes = report.get("mixes").items();
        assertEquals(1, mixes.size());
        assertEquals("[8, 24, 8]", numbers(mixes.get(0).get("lengths")).toString());
        assertEquals(2, numbers(mixes.get(0).get("num_tokens")).get(2).longValue());
        assertEquals(3, mixes.get(0).get("total_ms").items().size());
        assertTrue(mixes.get(0).get("cascade").isNull());
    }

    @Test
    public void aCascadeHasAMixAndItsLastTierAlone() throws Exception {
        File bundle = TinyBundle.withCascades("tiny-bundle", folder.newFolder("b"), BOTH);
        Heard heard = new Heard(null);
        ProfileOptions options = few().budgets("pair").texts("mine", TEXTS).build();
        JsonNode report = json(Profiler.run(bundle, options, DeviceFacts.NONE, heard));
        List<String> budgets = new ArrayList<String>();
        for (JsonNode mix : report.get("mixes").items()) {
            budgets.add(mix.get("budget").string());
        }
        assertEquals("its tiers' budgets are timed too", Arrays.asList("fast", "full", "pair"), budgets);
        JsonNode cascade = report.get("mixes").items().get(2).get("cascade");
        List<JsonNode> tiers = cascade.get("tiers").items();
        assertEquals("fast", tiers.get(0).get("name").string());
        assertEquals(0.6, tiers.get(0).get("threshold").number(), 0);
        assertEquals(1.5, tiers.get(0).get("temperature").number(), 0);
        assertTrue(tiers.get(1).get("threshold").isNull());
        List<Long> answered = numbers(cascade.get("answered"));
        for (int sample = 0; sample < 3; sample++) {
            double last = tiers.get(1).get("times_ms").items().get(sample).number();
            assertEquals("0 where it was not asked", answered.get(sample) == 1, last > 0);
        }
        // The series of the last tier is that of the mix on its budget, and not timed twice.
        assertEquals(
                report.get("mixes").items().get(1).get("total_ms").items().get(0).number(),
                cascade.get("alone_ms").items().get(0).number(),
                0);
        assertTrue(heard.steps.toString(), heard.steps.contains("warming up: onnx fp32 fast 8, 1 thread"));
    }

    @Test
    public void aLastTierThatIsNoBudgetIsTimedAlone() throws Exception {
        String stages = "[{\"name\":\"early\",\"tiers\":["
                + "{\"kind\":\"stage\",\"budget\":\"fast\",\"last\":1,\"temperature\":1,\"threshold\":0.9},"
                + "{\"kind\":\"stage\",\"budget\":\"fast\",\"last\":LAST,\"temperature\":1,\"threshold\":null}]}]";
        String manifest = TinyBundle.read(new File(TinyBundle.named("tiny-stages"), "bundle.json"));
        int encoders = Json.parse(manifest.getBytes(StandardCharsets.UTF_8), "m").get("budgets").items().get(0)
                .get("configurations").items().get(0).get("keep").items().size();
        File bundle = TinyBundle.withCascades(
                "tiny-stages", folder.newFolder("b"), stages.replace("LAST", Integer.toString(encoders)));
        JsonNode report = json(run(bundle, few().texts("mine", TEXTS).build()));
        JsonNode cascade = report.get("mixes").items().get(1).get("cascade");
        assertEquals("fast-" + encoders, cascade.get("tiers").items().get(1).get("name").string());
        assertEquals(3, cascade.get("alone_ms").items().size());
        for (JsonNode time : cascade.get("alone_ms").items()) {
            assertTrue(time.number() > 0);
        }
    }

    @Test
    public void maxSecondsEndsItAfterTheFirstRound() {
        ProfileOptions options = few().iterations(1_000_000).maxSeconds(0.2).texts("mine", TEXTS).build();
        long start = System.nanoTime();
        JsonNode report = json(run(TinyBundle.named("tiny-bundle"), options));
        assertTrue((System.nanoTime() - start) / 1e9 < 20);
        for (JsonNode result : report.get("results").items()) {
            assertTrue(numbers(result.get("rounds")).get(0) > 0);
        }
        assertEquals(0.2, report.get("settings").get("max_seconds").number(), 0);
    }

    @Test
    public void aMomentSufficesForOneRound() {
        JsonNode report = json(run(TinyBundle.named("tiny-bundle"), few().iterations(100).maxSeconds(1e-9).build()));
        for (JsonNode result : report.get("results").items()) {
            assertEquals("[4]", numbers(result.get("rounds")).toString());
        }
    }

    @Test
    public void whateverIsNotThereIsRefusedWithWhatThereIs() throws Exception {
        File bundle = TinyBundle.named("tiny-bundle");
        assertEquals("`budgets` slow: not in onnx fp32; there are: fast, full", refused(bundle, few().budgets("slow").build()));
        assertEquals("`lengths` 9: not in onnx fp32; there are: 8, 24", refused(bundle, few().lengths(9).build()));
        String missing = refused(bundle, few().precisions("int8").build());
        assertTrue(missing, missing.endsWith(
                " has no artifact onnx int8; it has: onnx fp32, executorch fp32, tflite fp32"));
        String threads = refused(bundle, few().threads(4096).build());
        assertTrue(threads, threads.matches("`threads` 4096: this process may use [\\d,]+ cores?; ask for 1..\\d+"));
        File cascade = TinyBundle.withCascades("tiny-bundle", folder.newFolder("c"), BOTH);
        assertEquals(
                "`budgets` pair: a cascade takes as long as the texts want; give them with `texts`",
                refused(cascade, few().budgets("pair").build()));
        String nothing = refused(folder.newFolder("empty"), few().build());
        assertTrue(nothing, nothing.contains("bundle.json"));
    }

    @Test
    public void aBundleWithoutAnOnnxArtifactIsRefused() throws Exception {
        File bundle = TinyBundle.edited(
                "tiny-bundle", folder.newFolder("b"), "\"engine\": \"onnx\"", "\"engine\": \"other\"");
        String found = refused(bundle, few().build());
        assertTrue(found, found.contains("onnx"));
    }

    @Test
    public void aDamagedBundleIsRefusedAndTheNextProfileRuns() throws Exception {
        File bundle = TinyBundle.withCascades("tiny-bundle", folder.newFolder("b"), BOTH);
        WholeFile.write(new File(bundle, "tokenizer.json"), "{}");
        try {
            run(bundle, few().build());
            fail("expected a refusal");
        } catch (BundleException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("tokenizer.json"));
        }
        run(TinyBundle.named("tiny-bundle"), few().budgets("fast").lengths(8).build());
    }

    @Test
    public void cancelEndsItBetweenAnswers() {
        for (String step : new String[] {"opening", "warming up", "timing"}) {
            Heard heard = new Heard(step);
            try {
                Profiler.run(TinyBundle.named("tiny-bundle"), few().build(), DeviceFacts.NONE, heard);
                fail("expected it to end at " + step);
            } catch (ProfileCancelled error) {
                assertEquals("the profile was cancelled", error.getMessage());
            }
            assertTrue(heard.steps.get(heard.steps.size() - 1).startsWith(step));
        }
        run(TinyBundle.named("tiny-bundle"), few().budgets("fast").lengths(8).build());
    }

    @Test
    public void aSecondProfileAtTheSameTimeIsRefused() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch refused = new CountDownLatch(1);
        final AtomicReference<ProfileReport> first = new AtomicReference<ProfileReport>();
        Thread thread = new Thread() {
            @Override
            public void run() {
                ProfileOptions options = few().budgets("fast").lengths(8).build();
                first.set(Profiler.run(TinyBundle.named("tiny-bundle"), options, DeviceFacts.NONE, new Progress() {
                    @Override
                    public boolean step(String what, int done, int total) {
                        begun.countDown();
                        try {
                            refused.await();
                        } catch (InterruptedException error) {
                            return false;
                        }
                        return true;
                    }
                }));
            }
        };
        thread.start();
        begun.await();
        try {
            run(TinyBundle.named("tiny-bundle"), few().build());
            fail("expected a refusal");
        } catch (InputException error) {
            assertEquals("a profile is running already; wait for its end, or cancel it", error.getMessage());
        } finally {
            refused.countDown();
            thread.join();
        }
        assertEquals(1, first.get().table().size());
    }

    @Test
    public void whatTheAppKnowsOfTheDeviceIsInTheReport() {
        DeviceFacts facts = new DeviceFacts() {
            @Override
            public String device() {
                return "A \"phone\"\n\uD83D\uDE00";
            }

            @Override
            public String fingerprint() {
                return "a/b/c:14";
            }
        };
        ProfileOptions options = few().budgets("fast").lengths(8).build();
        JsonNode report = json(Profiler.run(TinyBundle.named("tiny-bundle"), options, facts, new Heard(null)));
        assertEquals("A \"phone\"\n\uD83D\uDE00", report.get("environment").get("device").string());
        assertEquals("a/b/c:14", report.get("environment").get("android").string());
        assertFalse(report.get("created").string().isEmpty());
        assertTrue(report.get("created").string().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\+00:00"));
    }
}
