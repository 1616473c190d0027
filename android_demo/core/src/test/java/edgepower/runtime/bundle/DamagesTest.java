package edgepower.runtime.bundle;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.BundleException;
import edgepower.runtime.Folders;
import edgepower.runtime.cascade.BagTier;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.verify.Golden;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.Test;

/** Thousands of damaged documents: each is refused for the reason that Python's reader gives, or accepted by both. */
public final class DamagesTest {
    private interface Reader {
        void read(byte[] document);
    }

    @Test
    public void manifestsAreRefusedAsInPython() throws IOException {
        compare("manifest.damages", 4000, new Reader() {
            @Override
            public void read(byte[] document) {
                Manifest.read(document);
            }
        });
    }

    @Test
    public void goldenFilesAreRefusedAsInPython() throws IOException {
        compare("golden.damages", 500, new Reader() {
            @Override
            public void read(byte[] document) {
                Golden.read(document);
            }
        });
    }

    @Test
    public void bagTiersAreRefusedAsInPython() throws IOException {
        compare("bag.damages", 500, new Reader() {
            @Override
            public void read(byte[] document) {
                BagTier.read(document, "bag.safetensors", null, Arrays.asList("negative", "positive"), 8);
            }
        });
    }

    private static void compare(String name, int least, Reader reader) throws IOException {
        List<String> differences = new ArrayList<String>();
        int refused = 0;
        try (BufferedReader lines = new BufferedReader(new FileReader(new File(Folders.made(), name)))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int blank = line.indexOf(' ');
                byte[] document = Base64.getDecoder().decode(line.substring(0, blank));
                JsonNode said = Json.parse(line.substring(blank + 1).getBytes(StandardCharsets.US_ASCII), name);
                String expected = said.isNull() ? "accepted" : reason(said.string());
                String found = outcome(reader, document);
                refused += said.isNull() ? 0 : 1;
                if (!found.equals(expected)) {
                    differences.add("\nPython: " + expected + "\n  Java: " + found);
                }
            }
        }
        assertEquals("differences", "[]", differences.subList(0, Math.min(20, differences.size())).toString());
        assertTrue(name + " has damages: " + refused, refused >= least);
    }

    private static String outcome(Reader reader, byte[] document) {
        try {
            reader.read(document);
            return "accepted";
        } catch (BundleException error) {
            return reason(error.getMessage());
        }
    }

    /** What must be where: without the value that was found, which each language writes in its own way. */
    private static String reason(String message) {
        return message
            .replaceFirst("(?s), found .*", "")
            .replaceFirst("(?s) is not valid JSON in UTF-8: .*", " is not valid JSON in UTF-8")
            .replaceFirst("; update (the )?edge-power.*", "; update")
            .replaceAll("[0-9.]+[eE][+]?[0-9]+|[0-9]{10}[0-9.]*", "a large number");
    }
}
