package edgepower.runtime.profiler.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import org.junit.Test;

public class FiguresTest {
    @Test
    public void figuresAreWrittenAsPythonWritesThem() {
        assertEquals("1 core", Figures.count(1, "core"));
        assertEquals("2,000 texts", Figures.count(2000, "text"));
        assertEquals("12%", Figures.percent(0.1234));
        assertEquals("45.0", Figures.fixed(45, 1));
        assertEquals("1.23", Figures.significant(1.2345));
        assertEquals("0.0456", Figures.significant(0.0456001));
        assertEquals("120", Figures.significant(120.4));
        assertEquals("2", Figures.significant(2.0));
        assertEquals("0", Figures.significant(0));
        assertEquals("1,360", Figures.significant(1362.4));
        assertEquals("0.0000123", Figures.significant(1.234e-5));
        assertEquals("half to even: 2, 0.1", "half to even: " + Figures.fixed(2.5, 0) + ", " + Figures.fixed(0.15, 1));
        assertEquals("99.9", Figures.plain(99.9));
        assertEquals("50", Figures.plain(50));
        assertEquals("0", Figures.plain(0));
    }

    @Test
    public void aCaseIsItsFiveParts() {
        Case key = new Case("onnx", "fp32", "full", 64, 1);
        assertEquals("onnx fp32 full 64, 1 thread", key.toString());
        assertEquals(key, new Case("onnx", "fp32", "full", 64, 1));
        assertEquals(key.hashCode(), new Case("onnx", "fp32", "full", 64, 1).hashCode());
        assertFalse(key.equals(new Case("onnx", "fp32", "fast", 64, 1)));
        assertFalse(key.equals(new Case("onnx", "int8", "full", 64, 1)));
        assertFalse(key.equals(new Case("onnx", "fp32", "full", 32, 1)));
        assertFalse(key.equals(new Case("onnx", "fp32", "full", 64, 2)));
        assertFalse(key.equals("onnx"));
    }
}
