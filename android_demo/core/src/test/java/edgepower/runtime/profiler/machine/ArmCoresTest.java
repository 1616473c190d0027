package edgepower.runtime.profiler.machine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import org.junit.Test;

public class ArmCoresTest {
    private static String core(int index, String implementer, String part) {
        return "processor : " + index + "\nCPU implementer : " + implementer + "\nCPU part : " + part + "\n\n";
    }

    @Test
    public void coresAreCountedByKind() {
        String text = core(0, "0x41", "0xd05") + core(1, "0x41", "0xd05") + core(2, "0x51", "0x001");
        assertEquals("2x Cortex-A55 + 1x Oryon", ArmCores.describe(text));
    }

    @Test
    public void oldKernelsDescribeAllInTheLastParagraph() {
        String text = "processor : 0\n\nprocessor : 1\n\nCPU implementer : 0x41\nCPU part : 0xc0d\n";
        assertEquals("2x Cortex-A17", ArmCores.describe(text));
    }

    @Test
    public void anUnknownCoreIsNamedByItsNumbers() {
        assertEquals("1x ARM implementer 0x99 part 0xabc", ArmCores.describe(core(0, "0x99", "0xabc")));
        assertEquals("1x ARM implementer unknown part 0xd05", ArmCores.describe("processor : 0\nCPU part : 0xd05"));
        assertEquals("1x ARM implementer x part 0xd05", ArmCores.describe(core(0, "x", "0xd05")));
    }

    @Test
    public void noCoreTellsNothing() {
        assertNull(ArmCores.describe("processor : 0\nmodel name : EPYC\n"));
        assertNull(ArmCores.describe(core(0, "0x41", "none")));
    }
}
