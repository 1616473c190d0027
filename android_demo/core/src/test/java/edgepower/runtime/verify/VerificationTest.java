package edgepower.runtime.verify;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.BundleException;
import edgepower.runtime.Classifier;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.Folders;
import edgepower.runtime.Options;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/** golden.json on this engine: every program, stage, bag tier and cascade of committed and converted bundles. */
public final class VerificationTest {
    @Rule public final TemporaryFolder scratch = new TemporaryFolder();

    @Test
    public void theCommittedBundlesAreMet() {
        assertMet(Folders.committed("tiny-bundle"), "fp32", 4);
        assertMet(Folders.committed("tiny-int8"), "int8", 4);
        assertMet(Folders.committed("tiny-stages"), "fp32", 8);
    }

    @Test
    public void theConvertedBundlesAreMet() {
        List<String> met = new ArrayList<String>();
        for (File folder : Folders.made().listFiles()) {
            if (folder.isDirectory()) {
                for (Artifact artifact : Bundle.open(folder).manifest.artifacts) {
                    if (artifact.engine.equals("onnx")) {
                        assertMet(folder, artifact.precision, 1);
                        met.add(folder.getName() + " " + artifact.precision);
                    }
                }
            }
        }
        assertEquals(met.toString(), 7, met.size());
    }

    @Test
    public void bagsAndCascadesHaveChecksOfTheirOwn() {
        Verification found = Verification.of(new File(Folders.made(), "tiers"), null, 1);
        List<String> names = new ArrayList<String>();
        for (ProgramCheck check : found.checks.subList(found.checks.size() - 5, found.checks.size())) {
            names.add(check.program);
            assertTrue(check.program, check.texts > 0);
        }
        assertEquals("[bag.safetensors, stages, skipping, inside, all]", names.toString());
        ProgramCheck bag = found.checks.get(found.checks.size() - 5);
        assertEquals(0, bag.maxAbsError, 0);
        assertEquals(1e-6, bag.atol, 0);
        assertTrue(Double.isNaN(bag.tierAgreement));
        assertEquals(1, found.checks.get(found.checks.size() - 4).tierAgreement, 0);
    }

    @Test
    public void theTokenizerGivesTheGoldenIds() throws IOException {
        File folder = Folders.committed("tiny-bundle");
        Bundle bundle = Bundle.open(folder);
        TextEncoder encoder = TextEncoder.fromJson(
            bundle.read("tokenizer.json", 1 << 20), bundle.manifest.tokenizer);
        List<GoldenExample> examples = Golden.read(bundle.read("golden.json", 1 << 24));
        assertTrue(examples.size() + " examples", examples.size() >= 4);
        for (GoldenExample example : examples) {
            EncodedText found = encoder.encode(example.text, 24);
            assertEquals(Arrays.toString(example.ids()), Arrays.toString(found.ids));
            assertEquals(Arrays.toString(example.typeIds()), Arrays.toString(found.typeIds));
        }
    }

    @Test
    public void anotherLogitIsFound() throws IOException {
        File folder = copy();
        changeGolden(folder, "(\"fast_8\": \\{\"logits\": \\[)[-0-9.]+", "$150.5");
        Verification found = Verification.of(folder, null, 1);
        assertFalse(found.passed());
        ProgramCheck check = found.checks.get(0);
        assertEquals("fast_8", check.program);
        assertTrue(check.maxAbsError > 40);
        assertFalse(check.passed);
        assertTrue(found.checks.get(1).passed);
    }

    @Test
    public void anotherKeptWordIsFound() throws IOException {
        File folder = copy();
        // 9 and 77 are padding of a text of four tokens, and no words.
        changeGolden(folder, "\\[0, 1, 2, 3\\], \\[0, 3, 1\\]", "[0, 1, 2, 3, 9, 77], [0, 3, 1]");
        assertTrue(Verification.of(folder, null, 1).passed());
        changeGolden(folder, "\\[0, 1, 2, 3, 9, 77\\], \\[0, 3, 1\\]", "[0, 1, 2, 3], [0, 3, 2]");
        Verification found = Verification.of(folder, null, 1);
        assertFalse(found.passed());
        assertTrue(found.checks.get(0).keptAgreement < 1);
        assertTrue(found.checks.get(0).maxAbsError < 1e-4);
    }

    @Test
    public void whatGoldenDoesNotFitIsTold() throws IOException {
        File folder = copy();
        changeGolden(folder, "(\"fast_8\": \\{\"logits\": \\[)[-0-9.]+, ", "$1");
        assertMessage(BundleException.class,
            "golden.json has 1 logits of program fast_8, the program gives 2", folder);
        folder = Folders.copy(Folders.committed("tiny-bundle"), scratch.newFolder("other"));
        changeGolden(folder, "\"survivors\": \\[\\[[^\\]]*\\], ", "\"survivors\": [");
        assertMessage(BundleException.class,
            "golden.json has the kept words of 2 encoders of program fast_8, the program gives those of 3", folder);
    }

    @Test
    public void otherIdsAreTold() throws IOException {
        File folder = copy();
        changeGolden(folder, "\"ids\": \\[2, 18, 78, 3\\]", "\"ids\": [2, 18, 79, 3]");
        assertMessage(VerificationException.class, "tokenizer.json gives other token ids than examples[0] of "
            + "golden.json in " + folder + ": found [2, 18, 78, 3] of types [0, 0, 0, 0], expected [2, 18, 79, 3] of "
            + "types [0, 0, 0, 0]", folder);
    }

    @Test
    public void aProgramWithoutAnExampleFails() throws IOException {
        File folder = copy();
        String golden = Folders.text(new File(folder, "golden.json")).replace("\"fast_8\"", "\"fast_9\"");
        Folders.replaceListed(folder, "golden.json", golden.getBytes(StandardCharsets.UTF_8));
        Verification found = Verification.of(folder, null, 1);
        assertEquals(0, found.checks.get(0).texts);
        assertFalse(found.passed());
    }

    private File copy() throws IOException {
        return Folders.copy(Folders.committed("tiny-bundle"), scratch.newFolder("tiny"));
    }

    private static void changeGolden(File folder, String pattern, String replacement) throws IOException {
        String before = Folders.text(new File(folder, "golden.json"));
        String after = before.replaceFirst(pattern, replacement);
        assertFalse("nothing to change: " + pattern, after.equals(before));
        Folders.replaceListed(folder, "golden.json", after.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertMet(File folder, String precision, int least) {
        try (Classifier classifier = Classifier.open(folder, Options.DEFAULT.withPrecision(precision))) {
            Verification found = classifier.verify();
            assertTrue(folder.getName(), found.checks.size() >= least);
            for (ProgramCheck check : found.checks) {
                String what = folder.getName() + " " + precision + " " + check.program + ": " + check.maxAbsError
                    + ", labels " + check.labelAgreement + ", kept " + check.keptAgreement;
                assertTrue(what, check.passed);
                assertTrue(what, check.texts > 0);
                if (precision.equals("fp32") && !check.program.equals("inside") && !check.program.equals("all")) {
                    assertTrue(what, check.maxAbsError <= 1e-4 && check.keptAgreement == 1);
                }
            }
            for (Program program : classifier.artifact().programs) {
                assertTrue(names(found).contains(program.name));
            }
        }
    }

    private static List<String> names(Verification found) {
        List<String> names = new ArrayList<String>();
        for (ProgramCheck check : found.checks) {
            names.add(check.program);
        }
        return names;
    }

    private static void assertMessage(
            Class<? extends EdgePowerException> kind, String message, final File folder) {
        assertEquals(message, assertThrows(kind, new ThrowingRunnable() {
            @Override
            public void run() {
                Verification.of(folder, null, 1);
            }
        }).getMessage());
    }
}
