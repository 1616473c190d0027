package edgepower.runtime.profiler.machine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.profiler.DeviceFacts;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class MachineTest {
    private static final String ARM = "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd05\n\n"
            + "processor : 1\nCPU implementer : 0x41\nCPU part : 0xd0d\n\nHardware : Qualcomm SM8250\n";

    @Rule public final TemporaryFolder folder = new TemporaryFolder();
    private FakeRoot root;

    /** A phone as its app sees it. */
    private static final class Phone extends DeviceFacts {
        @Override
        public String device() {
            return "Google Pixel 8";
        }

        @Override
        public String cpu() {
            return "Google Tensor G3";
        }

        @Override
        public String system() {
            return "Android 14";
        }

        @Override
        public String fingerprint() {
            return "google/shiba/shiba:14/AP1A/1:user/release-keys";
        }

        @Override
        public Battery battery() {
            return new Battery(80.0, "Discharging");
        }

        @Override
        public Map<String, Double> temperatures() {
            Map<String, Double> found = new HashMap<String, Double>();
            found.put("battery", 31.5);
            found.put("off", 32767.0);
            found.put("cpu", 99.0);
            return found;
        }

        @Override
        public int thermalStatus() {
            return 2;
        }
    }

    @Before
    public void layOut() throws Exception {
        root = new FakeRoot(folder.getRoot());
        root.put("proc/self/status", "Cpus_allowed_list:\t0-1\n");
        root.put("proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n");
    }

    private Environment observe(DeviceFacts facts) {
        Observer observer = new Observer(root.folder, facts);
        observer.start();
        return observer.stop(Collections.singletonMap("onnxruntime", "1.29.0"));
    }

    @Test
    public void aBareMachineTellsNothingAndThatIsNull() throws Exception {
        Environment found = observe(DeviceFacts.NONE);
        assertNull(found.machine.device);
        assertNull(found.machine.cpu);
        assertNull(found.machine.android);
        assertEquals(Long.valueOf(8_192_000_000L), found.machine.memoryBytes);
        assertEquals(System.getProperty("os.version"), found.machine.kernel);
        assertTrue(found.machine.system, found.machine.system.startsWith("Linux"));
        assertEquals(2, found.cores.size());
        assertNull(found.cores.get(1).maxMhz);
        assertNull(found.cores.get(1).governor);
        assertTrue(found.before.clocksMhz.isEmpty());
        assertTrue(found.before.loadAverage.isEmpty());
        assertNull(found.before.battery);
        assertEquals(-1, found.after.thermalStatus);
        assertNull(found.usage.otherCpuS);
        assertNull(found.usage.involuntarySwitches);
        assertEquals("what is not told is not taken", found.usage.wallS, found.usage.ownCpuS, 0);
        assertEquals("1.29.0", found.versions.get("onnxruntime"));
    }

    @Test
    public void thePhonesOwnFactsComeFirst() throws Exception {
        root.put("proc/cpuinfo", ARM).put("sys/devices/virtual/dmi/id/product_name", "no");
        root.put("sys/class/thermal/thermal_zone0/type", "cpu").put("sys/class/thermal/thermal_zone0/temp", "45000");
        Environment found = observe(new Phone());
        assertEquals("Google Pixel 8", found.machine.device);
        assertEquals("Google Tensor G3 (1x Cortex-A55 + 1x Cortex-A77)", found.machine.cpu);
        assertEquals("Android 14", found.machine.system);
        assertEquals("google/shiba/shiba:14/AP1A/1:user/release-keys", found.machine.android);
        assertEquals(45.0, found.before.temperaturesC.get("cpu"), 0);
        assertEquals(31.5, found.before.temperaturesC.get("battery"), 0);
        assertNull(found.before.temperaturesC.get("off"));
        assertEquals(80.0, found.after.battery.percent, 0);
        assertEquals(2, found.after.thermalStatus);
    }

    @Test
    public void aBoardIsReadFromItsFiles() throws Exception {
        root.put("proc/cpuinfo", ARM).put("proc/device-tree/model", "Board 5\0");
        root.put("etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
        String cpu = "sys/devices/system/cpu/cpu";
        root.put(cpu + "0/cpufreq/cpuinfo_min_freq", "300000").put(cpu + "0/cpufreq/cpuinfo_max_freq", "1800000");
        root.put(cpu + "0/cpufreq/scaling_governor", "schedutil").put(cpu + "0/cpufreq/scaling_cur_freq", "1700000");
        root.put(cpu + "1/thermal_throttle/core_throttle_count", "7").put("proc/loadavg", "0.5 0.4 0.3 1/99 5\n");
        Environment found = observe(DeviceFacts.NONE);
        assertEquals("Board 5", found.machine.device);
        assertEquals("Qualcomm SM8250 (1x Cortex-A55 + 1x Cortex-A77)", found.machine.cpu);
        assertEquals("Debian GNU/Linux 12", found.machine.system);
        assertEquals(300.0, found.cores.get(0).minMhz, 0);
        assertEquals(1800.0, found.cores.get(0).maxMhz, 0);
        assertEquals("schedutil", found.cores.get(0).governor);
        assertEquals(Collections.singletonMap("0", 1700.0), found.before.clocksMhz);
        assertEquals(Collections.singletonMap("1", 7L), found.before.throttleCounts);
        assertEquals(Arrays.asList(0.5, 0.4, 0.3), found.before.loadAverage);
        assertEquals(Long.valueOf(4_096_000_000L), found.before.availableBytes);
    }

    @Test
    public void aPcSaysItsOwnNamesAndClocks() throws Exception {
        root.put("proc/cpuinfo", "processor : 0\nmodel name : EPYC 9\ncpu MHz : 2400.5\n\nprocessor : 1\ncpu MHz : 0\n");
        root.put("proc/loadavg", "broken");
        Environment found = observe(DeviceFacts.NONE);
        assertEquals("EPYC 9", found.machine.cpu);
        assertEquals(Collections.singletonMap("0", 2400.5), found.before.clocksMhz);
        assertTrue(found.before.loadAverage.isEmpty());
    }

    @Test
    public void whatEveryArmKernelSaysComesLast() throws Exception {
        root.put("proc/cpuinfo", "processor : 0\nmodel name : ARMv8 Processor rev 4 (v8l)\nHardware : Generic DT\n");
        assertEquals("ARMv8 Processor rev 4 (v8l)", observe(DeviceFacts.NONE).machine.cpu);
        root.put("proc/cpuinfo", "processor : 0\nProcessor : ARMv7 Processor rev 2\nModel : Board 3\n");
        assertEquals("Board 3", observe(DeviceFacts.NONE).machine.cpu);
    }

    @Test
    public void thermalZonesOfOneTypeAreNumberedWhicheverFails() throws Exception {
        String zones = "sys/class/thermal/thermal_zone";
        for (int zone = 0; zone < 3; zone++) {
            root.put(zones + zone + "/type", "soc");
        }
        root.put(zones + "0/temp", "off").put(zones + "1/temp", "41000").put(zones + "2/temp", "-273000");
        root.put(zones + "10/temp", "50500").put("sys/class/thermal/cooling_device0/temp", "1");
        Map<String, Double> found = observe(DeviceFacts.NONE).before.temperaturesC;
        assertEquals("{soc 2=41.0, thermal_zone10=50.5}", found.toString());
    }

    @Test
    public void theFirstBatteryThatIsTheMachinesOwnCounts() throws Exception {
        String supply = "sys/class/power_supply/";
        root.put(supply + "m/type", "Battery").put(supply + "m/status", "Full").put(supply + "m/scope", "Device");
        root.put(supply + "ac/type", "Mains");
        root.put(supply + "bat/type", "Battery").put(supply + "bat/status", "Charging");
        root.put(supply + "bat/capacity", "101");
        Battery found = observe(DeviceFacts.NONE).before.battery;
        assertEquals("Charging", found.status);
        assertNull("a charge that cannot be is untold", found.percent);
        root.put(supply + "bat/capacity", "64");
        assertEquals(64.0, observe(DeviceFacts.NONE).before.battery.percent, 0);
    }

    @Test
    public void usageIsTheDifferenceOfTheCounters() throws Exception {
        root.put("proc/self/stat", stat(100, 20)).put("proc/stat", cores(1000, 5, 2000, 7));
        root.put("proc/self/task/1/status", "nonvoluntary_ctxt_switches: 4\n");
        root.put("proc/self/task/2/status", "nonvoluntary_ctxt_switches: 1\n");
        UsageMeter meter = new UsageMeter(root.files(), Arrays.asList(0, 1));
        root.put("proc/self/stat", stat(180, 40)).put("proc/stat", cores(1150, 6, 2050, 9));
        root.put("proc/self/task/1/status", "nonvoluntary_ctxt_switches: 34\n");
        Usage usage = meter.stop();
        assertEquals(1.0, usage.ownCpuS, 1e-9);
        assertEquals("2.00 s of both cores, less our own", 1.0, usage.otherCpuS, 1e-9);
        assertEquals(0.03, usage.stolenS, 1e-9);
        assertEquals(Long.valueOf(30), usage.involuntarySwitches);
        assertTrue(usage.wallS > 0);
    }

    @Test
    public void aCoreThatTellsNoCountersLeavesUsageUntold() throws Exception {
        root.put("proc/stat", "cpu0 1 1 1 1 1 1 1 1\ncpu1 1 1 1 x 1 1 1\ncpux 1\nintr 5\n");
        assertNull(new UsageMeter(root.files(), Arrays.asList(0, 1)).stop().otherCpuS);
        root.put("proc/stat", "cpu0 1 x 1 1 1 1 1 1\n");
        assertNull(new UsageMeter(root.files(), Arrays.asList(0)).stop().stolenS);
    }

    private static String stat(int user, int system) {
        return "12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 " + user + " " + system + " 0 0";
    }

    private static String cores(int busy, int stolen, int otherBusy, int otherStolen) {
        return "cpu 0 0 0 0 0 0 0 0\ncpu0 " + (busy + 50) + " 10 20 999 999 10 10 " + stolen + " 0 0\ncpu1 "
                + (otherBusy + 50) + " 10 20 999 999 10 10 " + otherStolen + " 0 0\n";
    }

    @Test
    public void usableCoresAreThoseOfTheMaskThatAreOnline() throws Exception {
        root.put("proc/self/status", "Cpus_allowed_list: 0-2,5,x-3\n");
        assertEquals(Arrays.asList(0, 1, 2, 5), UsableCores.list(root.files()));
        root.put("sys/devices/system/cpu/online", "0-1,4-7");
        assertEquals(Arrays.asList(0, 1, 5), UsableCores.list(root.files()));
        root.put("proc/self/status", "Cpus_allowed_list: 0-99999999\n");
        List<Integer> found = UsableCores.list(root.files());
        assertEquals("as many as the virtual machine has", Runtime.getRuntime().availableProcessors(), found.size());
    }

    @Test
    public void thisMachineIsRead() {
        Observer observer = new Observer(new File("/"), DeviceFacts.NONE);
        observer.start();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + 60_000_000;
        while (threads.getCurrentThreadCpuTime() < end) {
            continue; // of our own time, however busy the machine is
        }
        Environment found = observer.stop(Collections.<String, String>emptyMap());
        assertTrue(found.usage.wallS >= 0.06);
        assertTrue(found.usage.ownCpuS >= 0.04);
        assertNotNull(found.usage.otherCpuS);
        assertNotNull(found.machine.memoryBytes);
        assertNotNull(found.machine.cpu);
        assertEquals(UsableCores.list().size(), found.cores.size());
        assertEquals("x86_64", found.machine.architecture);
        assertEquals(3, found.before.loadAverage.size());
    }
}
