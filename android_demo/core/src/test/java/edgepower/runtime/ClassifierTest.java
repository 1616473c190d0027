package edgepower.runtime;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.cascade.Cascade;
import edgepower.runtime.cascade.Tier;
import edgepower.runtime.onnx.OnnxEngine;
import edgepower.runtime.task.Classification;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/** A classifier on ONNX Runtime itself: what it offers, and what it says where something is wrong. */
public final class ClassifierTest {
    private static final Text TEXT = Text.of("a good film, but not great");

    @Rule public final TemporaryFolder scratch = new TemporaryFolder();
    private final List<Classifier> opened = new ArrayList<Classifier>();

    @After
    public void close() {
        for (Classifier classifier : opened) {
            classifier.close();
        }
    }

    @Test
    public void viewsShareWhatIsLoaded() {
        Classifier fast = open(Folders.committed("tiny-bundle"), Options.DEFAULT);
        assertEquals("fast", fast.budget());
        assertEquals("[fast, full]", fast.budgets().toString());
        assertSame(fast, fast.at(null));
        Classifier full = fast.at("full");
        assertSame(full, fast.at("full"));
        assertSame(fast, full.at("fast"));
        assertSame(fast.model(), full.model());
        assertEquals("fast_24", fast.answer(Text.of("a good film the story is great")).program());
        assertEquals("full_8", full.answer(Text.of("film")).program());
        assertEquals(24, full.maxLength());
        assertEquals("[[CLS], a, film, [SEP]]", full.tokens(Text.of("A film")).toString());
        assertTrue(full.stats().tiers.isEmpty());
        assertNotNull(full.bundle().manifestSha256);
        assertTrue(full.model().engineVersion().startsWith("1."));
    }

    @Test
    public void optionsThatCannotBeAreRefusedBeforeAnythingLoads() {
        assertRefused("the threshold 0.5 is for a multi-label model; this is a classification: leave it out",
            Options.DEFAULT.withThreshold(0.5));
        assertRefused("the sigmoid is for a model of one value; this is a classification: leave it out",
            Options.DEFAULT.withSigmoid(true));
        assertRefused("num_threads is 0, must be a whole number of at least 1", Options.DEFAULT.withNumThreads(0));
        File folder = Folders.committed("tiny-bundle");
        assertRefused("no budget 'best' in onnx fp32 of the bundle " + folder + "; it has: fast, full",
            Options.DEFAULT.withBudget("best"));
        assertRefused("the bundle " + folder + " has no artifact onnx fp16; it has: onnx fp32, executorch fp32, "
            + "tflite fp32", Options.DEFAULT.withPrecision("fp16"));
    }

    @Test
    public void moreThreadsGiveTheSameAnswer() {
        File folder = Folders.committed("tiny-bundle");
        Prediction one = open(folder, Options.DEFAULT.withBudget("full")).answer(TEXT);
        Prediction two = open(folder, Options.DEFAULT.withBudget("full").withNumThreads(2)).answer(TEXT);
        assertEquals(one.label, two.label);
        assertEquals(one.logits[0], two.logits[0], 1e-5);
    }

    @Test
    public void anAnswerIsTimedBySpan() {
        Classifier classifier = open(Folders.committed("tiny-bundle"), Options.DEFAULT);
        classifier.warmUp();
        assertEquals("[encode, choose, run, decode]", classifier.spans().toString());
        assertTrue(classifier.spans().get(2).inEngine);
        TimedPrediction timed = classifier.timed(TEXT);
        for (long nanoseconds : timed.nanoseconds) {
            assertTrue(nanoseconds > 0);
        }
        assertEquals(classifier.answer(TEXT).label, timed.prediction.label);
        assertEquals("fast_24", timed.prediction.steps.get(0).program);
        assertEquals(timed.prediction.survivors().size(),
            timed.prediction.steps.get(0).survivors(timed.prediction.numTokens).size());
    }

    @Test
    public void whoAsksAClosedClassifierIsTold() {
        final Classifier fast = open(Folders.committed("tiny-bundle"), Options.DEFAULT);
        final Classifier full = fast.at("full");
        fast.answer(TEXT);
        fast.close();
        fast.close();
        String message = "program %s was closed with its classifier; open the bundle again";
        assertMessage(EngineException.class, String.format(message, "fast_24"), asking(fast));
        assertMessage(EngineException.class, String.format(message, "full_24"), asking(full));
        assertMessage(EngineException.class, String.format(message, "fast_8"), new ThrowingRunnable() {
            @Override
            public void run() {
                fast.warmUp();
            }
        });
        assertMessage(EngineException.class, String.format(message, "fast_8"), new ThrowingRunnable() {
            @Override
            public void run() {
                fast.model().load(fast.artifact().program("fast", 8));
            }
        });
    }

    @Test
    public void twoClassifiersAsACascade() {
        File folder = Folders.committed("tiny-bundle");
        Classifier fast = open(folder, Options.DEFAULT);
        Cascade cascade = Cascade.of(fast, fast.at("full"), 1, 2);
        Prediction found = cascade.answer(TEXT);
        assertEquals("tier2", found.tier());
        assertEquals("full_24", found.program());
        assertEquals(2, found.steps.size());
        assertEquals(1, found.path().size());
        assertEquals(fast.labels(), cascade.labels());
    }

    @Test
    public void aStageGoesOnOnlyFromTheSameText() throws IOException {
        File folder = new File(Folders.made(), "tiers");
        Classifier stages = open(folder, Options.DEFAULT);
        assertEquals("stages", stages.budget());
        stages.warmUp();
        Classifier whole = stages.at("fast");
        Prediction found = null;
        for (String text : new String[] {"film", "a bad story", "never again", "the sea at night", "not bad"}) {
            Prediction next = stages.answer(Text.of(text));
            found = next.tiers.size() == 3 ? next : found;
            if (next.tiers.size() == 3) {
                assertEquals(whole.answer(Text.of(text)).logits[0], next.logits[0], 1e-5);
                assertEquals("[1, 2, 3]", firsts(next));
                assertEquals(3, next.path().size());
                // A stage alone begins with the text.
                Prediction alone = tier(folder, 2).answer(Text.of(text));
                assertEquals("[1, 2, 3]", firsts(alone));
            }
        }
        assertNotNull("no text reached the last stage", found);
        assertEquals(5, stages.stats().tiers.get(0).asked);
    }

    private Answerer tier(File folder, int place) {
        Classifier classifier = open(folder, Options.DEFAULT);
        Cascade cascade = (Cascade) classifier.model().at("stages", new Classification());
        List<Tier> tiers = cascade.tiers();
        tiers.get(place).answerer.warmUp();
        return tiers.get(place).answerer;
    }

    @Test
    public void aCascadeOfTomorrowIsToldFromATypo() {
        final Classifier classifier = open(new File(Folders.made(), "tiers"), Options.DEFAULT);
        assertMessage(InputException.class, "no budget 'later' in onnx fp32 of the bundle "
            + classifier.bundle().path + "; it has: stages, skipping, inside, all, fast; this runtime does not know a "
            + "tier of the cascade: update the edge-power library of this app", new ThrowingRunnable() {
                @Override
                public void run() {
                    classifier.at("later");
                }
            });
    }

    @Test
    public void aBundleInsideIsCheckedByItsOwnSeal() throws IOException {
        final File folder = Folders.copy(new File(Folders.made(), "tiers"), scratch.newFolder("tiers"));
        final Classifier classifier = open(folder, Options.DEFAULT);
        Folders.write(new File(folder, "inside/bundle.json.sha256"), new byte[3]);
        BundleException error = assertThrows(BundleException.class, new ThrowingRunnable() {
            @Override
            public void run() {
                classifier.at("inside");
            }
        });
        assertTrue(error.getMessage(),
            error.getMessage().startsWith("bundle.json.sha256 in the bundle " + new File(folder, "inside")));
        assertEquals("fast", classifier.at("fast").budget());
    }

    @Test
    public void tiersOfABundleThatCannotStandTogetherAreItsFault() throws IOException {
        final File folder = Folders.copy(new File(Folders.made(), "tiers"), scratch.newFolder("tiers"));
        File inside = new File(folder, "inside");
        Folders.change(inside, "\"negative\",\\s*\"positive\"", "\"good\", \"bad\"");
        Folders.replaceListed(folder, "inside/bundle.json", Folders.read(new File(inside, "bundle.json")));
        final Classifier classifier = open(folder, Options.DEFAULT);
        assertMessage(BundleException.class, "the cascade 'inside' of " + folder + ": fast has the labels "
            + "[negative, positive] and the first tier [good, bad]; must be the same, in order",
            new ThrowingRunnable() {
                @Override
                public void run() {
                    classifier.at("inside");
                }
            });
    }

    @Test
    public void aGraphThatIsNoneIsTold() throws IOException {
        File folder = copy();
        Folders.replaceListed(folder, "onnx/fast_24.onnx", "no graph at all".getBytes(StandardCharsets.US_ASCII));
        EngineException error = assertThrows(EngineException.class, asking(open(folder, Options.DEFAULT)));
        String message = error.getMessage();
        assertTrue(message, message.startsWith("ONNX Runtime cannot load program fast_24 from "
            + new File(folder, "onnx/fast_24.onnx") + ": "));
        assertFalse(message, message.contains("\n"));
        assertEquals("fast_8", opened.get(0).answer(Text.of("film")).program());
        Folders.replaceListed(folder, "onnx/fast_24.onnx", "\u001blocation".getBytes(StandardCharsets.US_ASCII));
        assertMessage(BundleException.class, "onnx/fast_24.onnx in the bundle " + folder
            + " is no ONNX graph: a field has the wire type 3", asking(open(folder, Options.DEFAULT)));
    }

    @Test
    public void weightsThatNoDigestCoversAreNotOpened() throws IOException {
        File folder = copy();
        Folders.change(folder, "(\"name\": \"fast_24\"[^\\[]*\"files\": \\[\\s*\"onnx/fast_24.onnx\"),\\s*"
            + "\"onnx/weights.bin\"", "$1");
        assertMessage(BundleException.class, "onnx/fast_24.onnx in the bundle " + folder + " keeps weights in "
            + "'weights.bin'; expected one of the program's files beside it, whose digests bundle.json holds: convert "
            + "the model again", asking(open(folder, Options.DEFAULT)));
    }

    @Test
    public void tensorsThatAreNotTheManifestsAreTold() throws IOException {
        File folder = copy();
        // The first int64 behind the program's name is that of its input_ids.
        Folders.change(folder, "(\"name\": \"fast_24\"(?s:.*?))int64", "$1int32");
        assertMessage(BundleException.class, "program fast_24 in onnx/fast_24.onnx takes input_ids as int64 [1, 24], "
            + "bundle.json says int32 [1, 24]; the bundle was put together wrongly: convert the model again",
            asking(open(folder, Options.DEFAULT)));
    }

    @Test
    public void anArtifactForAnotherPackageIsRefused() throws IOException {
        final File folder = copy();
        Folders.change(folder, "\"runtimes\": \\[\\]", "\"runtimes\": [\"onnxruntime-web\"]");
        assertMessage(EngineException.class, "onnx fp32 of this bundle gives right answers on onnxruntime-web, found "
            + "onnxruntime; choose another precision", new ThrowingRunnable() {
                @Override
                public void run() {
                    open(folder, Options.DEFAULT);
                }
            });
    }

    @Test
    public void anAlteredWeightIsRefusedAtOpening() throws IOException {
        final File folder = copy();
        File weights = new File(folder, "onnx/weights.bin");
        byte[] data = Folders.read(weights);
        data[17] ^= 4;
        Folders.write(weights, data);
        BundleException error = assertThrows(BundleException.class, new ThrowingRunnable() {
            @Override
            public void run() {
                open(folder, Options.DEFAULT);
            }
        });
        assertTrue(error.getMessage(), error.getMessage().startsWith("onnx/weights.bin in the bundle " + folder));
    }

    @Test
    public void aRunThatFailsIsToldAndTheNextAnswers() throws IOException {
        File folder = copy();
        // The engine looks padding up in a table that ends long before.
        Folders.change(folder, "\"pad_id\": 0", "\"pad_id\": 999999");
        Classifier classifier = open(folder, Options.DEFAULT);
        EngineException error = assertThrows(EngineException.class, asking(classifier));
        String message = error.getMessage();
        assertTrue(message, message.startsWith("ONNX Runtime failed in program fast_24: "));
        assertFalse(message, message.contains("\n"));
        // Six words and two special tokens need no padding.
        assertEquals("fast_8", classifier.answer(Text.of("a good film and a story")).program());
    }

    @Test
    public void aFlippedBitOfAFileThatIsUsedIsRefusedAtOpening() throws IOException {
        final File folder = copy();
        String[] used = {"tokenizer.json", "onnx/weights.bin", "onnx/fast_8.onnx", "onnx/full_24.onnx"};
        for (String name : used) {
            File file = new File(folder, name);
            byte[] data = Folders.read(file);
            for (int place = 3; place < data.length; place += 1 + data.length / 12) {
                byte[] flipped = data.clone();
                flipped[place] ^= 1 << place % 8;
                Folders.write(file, flipped);
                BundleException error = assertThrows(name + " " + place, BundleException.class,
                    new ThrowingRunnable() {
                        @Override
                        public void run() {
                            open(folder, Options.DEFAULT);
                        }
                    });
                assertTrue(error.getMessage(), error.getMessage().startsWith(name + " in the bundle "));
            }
            Folders.write(file, data);
        }
        // What no reader of this artifact looks at does no harm.
        Folders.write(new File(folder, "model.pte"), new byte[9]);
        assertEquals("fast_24", open(folder, Options.DEFAULT).answer(TEXT).program());
    }

    @Test
    public void anEngineLoadsNoArtifactThatItDoesNotKnow() {
        Classifier classifier = open(Folders.committed("tiny-bundle"), Options.DEFAULT);
        Artifact artifact = classifier.artifact();
        assertTrue(new OnnxEngine(classifier.bundle(), artifact, 1).version().matches("\\d+\\.\\d+\\.\\d+"));
        assertEquals("[]", artifact.runtimes.toString());
        assertEquals(Arrays.asList("negative", "positive"), classifier.labels());
        assertEquals("classification", classifier.task());
    }

    private File copy() throws IOException {
        return Folders.copy(Folders.committed("tiny-bundle"), scratch.newFolder("tiny"));
    }

    private Classifier open(File folder, Options options) {
        Classifier classifier = Classifier.open(folder, options);
        opened.add(classifier);
        return classifier;
    }

    private void assertRefused(String message, final Options options) {
        assertMessage(InputException.class, message, new ThrowingRunnable() {
            @Override
            public void run() {
                open(Folders.committed("tiny-bundle"), options);
            }
        });
    }

    private static ThrowingRunnable asking(final Classifier classifier) {
        return new ThrowingRunnable() {
            @Override
            public void run() {
                classifier.answer(TEXT);
            }
        };
    }

    private static void assertMessage(
            Class<? extends EdgePowerException> kind, String message, ThrowingRunnable call) {
        assertEquals(message, assertThrows(kind, call).getMessage());
    }

    private static String firsts(Prediction found) {
        List<Integer> firsts = new ArrayList<Integer>();
        for (Step step : found.steps) {
            firsts.add(step.first);
        }
        return firsts.toString();
    }
}
