package edgepower.runtime.cascade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import edgepower.runtime.BundleException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

public final class BagTest {
    /** The table of BUNDLE.md, section 11. */
    @Test
    public void pairsHaveTheHashesOfTheFormat() {
        long[][] vectors = {{0, 0, 0}, {101, 102, 1296364144}, {101, 1037, 1003741357}, {1037, 2204, 2196139208L},
            {2204, 2143, 3206796483L}, {2143, 102, 4156181710L}, {30521, 30521, 1935790407},
            {2147483647, 2147483647, 3212975394L}};
        for (long[] vector : vectors) {
            long hash = BagTable.hash((int) vector[0], (int) vector[1]) & 0xFFFFFFFFL;
            assertEquals(vector[0] + " " + vector[1], vector[2], hash);
        }
    }

    /** The whole text of BUNDLE.md, section 11, bit for bit. */
    @Test
    public void theWorkedExampleOfTheFormat() {
        double[] logits = BagFile.read(example(), "bag.safetensors").logits(new int[] {1, 2, 4, 3, 7, 5});
        assertEquals("[380.7902946604509, 29.98279739104097]", Arrays.toString(logits));
    }

    @Test
    public void oneIdHasNoPair() {
        double[] logits = BagFile.read(example(), "bag.safetensors").logits(new int[] {4});
        assertEquals(0.25 + 0.0078125 * (5 << 15), logits[0], 0);
        assertEquals(-0.5, logits[1], 0);
    }

    @Test
    public void aTableForOtherLabelsIsRefused() {
        assertRefused("the bag tier knows 2 labels, the bundle has 3; train it for these", new ThrowingRunnable() {
            @Override
            public void run() {
                BagTier.read(example(), "bag.safetensors", null, Arrays.asList("a", "b", "c"), 8);
            }
        });
    }

    @Test
    public void aFileThatIsTooLargeIsRefused() {
        assertRefused("bag has 4194305 bytes, must be at most 4194304", new ThrowingRunnable() {
            @Override
            public void run() {
                BagFile.read(new byte[BagFile.BYTES + 1], "bag");
            }
        });
    }

    @Test
    public void aHeaderThatIsNoneIsRefused() {
        assertRefused("bag is no safetensors file of a bag tier: its header has 18446744073709551615 bytes, must have "
            + "2 to 65536 of the file's 8", new ThrowingRunnable() {
                @Override
                public void run() {
                    BagFile.read(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1}, "bag");
                }
            });
    }

    private static void assertRefused(String message, ThrowingRunnable call) {
        assertEquals(message, assertThrows(BundleException.class, call).getMessage());
    }

    /** The example's file: the tensors in an order of their own, blanks behind the header. */
    private static byte[] example() {
        String header = "{\"__metadata__\":{\"format\":\"edge-power bag\",\"version\":\"1\",\"buckets\":\"4\"},"
            + "\"rows\":{\"dtype\":\"I8\",\"shape\":[7,2],\"data_offsets\":[0,14]},"
            + "\"shifts\":{\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[14,21]},"
            + "\"pieces\":{\"dtype\":\"I32\",\"shape\":[6],\"data_offsets\":[21,45]},"
            + "\"scale\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[45,53]},"
            + "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[53,61]}}   ";
        byte[] written = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(8 + written.length + 61).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(written.length).put(written);
        file.put(new byte[] {3, -2, -127, 127, 5, 0, 1, 1, 0, -9, 64, -64, -7, 2});
        file.put(new byte[] {0, 2, 15, 1, 0, 3, 7});
        for (int piece : new int[] {-1, 0, 1, -1, 2, 0}) {
            file.putInt(piece);
        }
        file.putFloat(0.0078125f).putFloat(0.1f).putFloat(0.25f).putFloat(-0.5f);
        return file.array();
    }
}
